# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands and Python modules that the declared packages bring, and no others.

Declared is what scripts/install-deps installs for a build and the tests, with the dependencies of
those packages, and Debian's essential packages. A test that uses anything else fails on every
machine, not only on one where it is not installed.
"""

import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
GROUPS = ["build", "test"]
COMMANDS = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]
MODULES = pathlib.Path("/usr/lib/python3/dist-packages")
# Of the standard library, too, some modules have packages of their own.
SITE = '''\
import sys
BLOCKED = {blocked!r}
class Undeclared:
    def find_spec(self, name, path=None, target=None):
        if name in BLOCKED:
            raise ModuleNotFoundError(f"{{name}}: its package is not declared in scripts/install-deps", name=name)
sys.path[:] = [path for path in sys.path if not path.endswith("-packages")]
sys.meta_path.insert(0, Undeclared())
'''


def installed_packages():
    """By name, and by the names that they provide: (name, dependencies, whether it is
    essential)."""
    fields = "${Package}\t${Provides}\t${Pre-Depends}, ${Depends}\t${Essential}\t${db:Status-Status}\n"
    text = subprocess.run(["dpkg-query", "-W", "-f", fields], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    packages = {}
    for line in text.splitlines():
        name, provides, depends, essential, status = line.split("\t")
        if status == "installed":
            for known_as in [name, *names(provides)]:
                packages.setdefault(known_as, []).append((name, names(depends), essential == "yes"))
    return packages


def names(relation):
    """Of "a (>= 1) | b, c:any": a, c. A bare machine gets the first of several alternatives, so a
    test must not rely on what another one brings here."""
    return re.findall(r"(?:^|,)\s*([a-z0-9][a-z0-9+.-]*)", relation)


def closure(wanted, packages):
    found, waiting = set(), list(wanted)
    while waiting:
        for name, depends, _ in packages.get(waiting.pop(), []):
            if name not in found:
                found.add(name)
                waiting.extend(depends)
    return found


def declared_packages():
    text = subprocess.run([ROOT / "scripts" / "install-deps", "--list", *GROUPS], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    packages = installed_packages()
    essential = [name for entries in packages.values() for name, _, is_essential in entries if is_essential]
    return closure([*text.split(), *essential], packages)


class Declared:
    def __init__(self):
        text = subprocess.run(["dpkg-query", "-L", *sorted(declared_packages())], check=True, text=True,
                              stdout=subprocess.PIPE).stdout
        self.files = set(text.splitlines())

    def has(self, path):
        """Where /bin is /usr/bin, a package may own a file by either name. Alternatives are
        links."""
        real = os.path.realpath(path)
        return not self.files.isdisjoint({str(path), real, real.removeprefix("/usr"), f"/usr{real}"})

    def link(self, sources, directory):
        directory.mkdir(parents=True)
        for source in sources:
            target = directory / source.name
            if not target.is_symlink() and self.has(source):
                target.symlink_to(source)

    def undeclared_standard_modules(self):
        library = pathlib.Path(os.__file__).parent
        return sorted(path.name.partition(".")[0] for directory in (library, library / "lib-dynload")
                      for path in directory.iterdir()
                      if path.suffix != ".pyc" and path.name != "__pycache__" and not self.has(path))

    def environment(self, directory):
        """Makes the folders of links. Returns the environment variables to set."""
        self.link((path for name in COMMANDS for path in pathlib.Path(name).iterdir()), directory / "bin")
        self.link(MODULES.iterdir(), directory / "python")
        site = directory / "python" / "sitecustomize.py"
        site.write_text(SITE.format(blocked=self.undeclared_standard_modules()))
        return {"PATH": str(directory / "bin"), "PYTHONPATH": str(directory / "python"),
                "PYTHONNOUSERSITE": "1"}
