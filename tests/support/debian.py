# SPDX-License-Identifier: GPL-2.0-or-later
"""A minimal Debian of the machine's own release in a folder, from the machine's own apt sources."""

import os
import subprocess
import sys


def output_of(*argv):
    return subprocess.run(argv, check=True, text=True, stdout=subprocess.PIPE).stdout


def release():
    """The code name of this machine's Debian, and where its packages come from."""
    codename = output_of("sh", "-c", ". /etc/os-release && echo $VERSION_CODENAME").strip()
    listing = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian",
               f"Codename: {codename}", "Component: main"]
    sources = output_of(*listing).split()
    if not sources:
        subprocess.run(["apt-get", "-qq", "update"], check=True)
        sources = output_of(*listing).split()
    if not sources:
        sys.exit(f"no apt source of Debian {codename} on this machine")
    return codename, sources[0]


def proxies():
    """As debootstrap and apt want them: {"http": …}."""
    found = {}
    for scheme in ("http", "https"):
        line = output_of("apt-config", "shell", "found", f"Acquire::{scheme}::Proxy")
        value = line.partition("=")[2].strip().strip("'") or os.environ.get(f"{scheme}_proxy")
        if value:
            found[scheme] = value
    return found


def bootstrap(place, *packages):
    """packages: besides those of the variant minbase. Returns the code name."""
    codename, source = release()
    environment = dict(os.environ, **{f"{scheme}_proxy": value for scheme, value in proxies().items()})
    include = [f"--include={','.join(packages)}"] if packages else []
    done = subprocess.run(["debootstrap", "--variant=minbase", *include, codename, place, source],
                          env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise RuntimeError(f"debootstrap: {done.stdout[-2000:]}")
    return codename
