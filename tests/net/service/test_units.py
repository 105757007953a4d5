# SPDX-License-Identifier: GPL-2.0-or-later
"""What make install gives to systemd, as systemd's own tools see it."""

import os
import re
import subprocess

import pytest

from tests.support.laboratory import BUILD, ROOT

UNITS = "lib/systemd/system"


def make(goal, prefix, *variables):
    """In a folder of its own for what make writes, but with the programs that have been built."""
    subprocess.run(["make", "-s", goal, f"PREFIX={prefix}", f"BUILD={BUILD}", *variables], cwd=ROOT,
                   check=True, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    place = tmp_path_factory.mktemp("installed")
    make("install", place)
    return place


def files_below(place):
    return sorted(str(path.relative_to(place)) for path in place.rglob("*") if not path.is_dir())


@pytest.mark.parametrize("unit", ["xbeatd.service", "xbeatd@a.service", "xbeat-runner.service",
                                  "xbeat-runner.socket", "xbeat-exporter.service"])
def test_systemd_understands_each_line(installed, unit):
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", unit],
                          env={**os.environ, "SYSTEMD_UNIT_PATH": f"{installed / UNITS}:"}, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0 and not done.stdout.strip(), done.stdout


@pytest.mark.parametrize("unit, exposure_max", [("xbeatd.service", 3.3), ("xbeatd@.service", 3.3),
                                                ("xbeat-exporter.service", 2.0)])
def test_exposure(installed, unit, exposure_max):
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager",
                           f"--threshold={exposure_max * 10:.0f}", installed / UNITS / unit], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout.splitlines()[-1]


def test_sysusers_and_tmpfiles(installed, tmp_path):
    """Missing directories are made."""
    (tmp_path / "etc").mkdir()
    users = installed / "lib/sysusers.d"
    subprocess.run(["systemd-sysusers", f"--root={tmp_path}", users / "xbeat.conf", users / "xbeat-exporter.conf"],
                   check=True)
    users, groups = ({line.split(":")[0] for line in (tmp_path / f"etc/{name}").read_text().splitlines()}
                     for name in ("passwd", "group"))
    assert users == {"xbeat-checker", "xbeat-exporter"} and groups == {"xbeat", *users}
    subprocess.run(["systemd-tmpfiles", "--create", f"--root={tmp_path}", installed / "lib/tmpfiles.d/xbeat.conf"],
                   check=True)
    assert all((tmp_path / path).stat().st_mode & 0o777 == 0o755 for path in ("run/xbeat", "var/lib/xbeat"))


@pytest.mark.parametrize("example", sorted((ROOT / "dist/examples").glob("*.conf")),
                         ids=lambda path: path.stem)
def test_example_is_right(example, tmp_path):
    """Without a warning, but for the addresses, which are not this machine's."""
    key = tmp_path / "lan.key"
    key.touch(mode=0o600)
    key.write_text(subprocess.run([BUILD / "xbeatctl", "genkey"], check=True, stdout=subprocess.PIPE, text=True).stdout)
    configuration = tmp_path / "xbeat.conf"
    configuration.write_text(example.read_text().replace("/etc/xbeat/lan.key", str(key)))
    done = subprocess.run([BUILD / "xbeatd", "-t", "-f", configuration], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    lines = [line for line in done.stderr.splitlines() if "no address of a node" not in line]
    assert done.returncode == 0 and not lines, done


def test_package_names_what_a_build_needs():
    """The two lists agree; those that every Debian package may use need no name."""
    listed = subprocess.run([ROOT / "scripts/install-deps", "--list", "build"], check=True, text=True,
                            stdout=subprocess.PIPE).stdout.split()
    control = (ROOT / "debian/control").read_text()
    needs = re.search(r"^Build-Depends:(.*?)^\S", control, re.M | re.S)[1]
    named = {re.match(r"[a-z0-9.+-]+", word.strip())[0] for word in needs.split(",")}
    assert set(listed) - {"gcc", "libc6-dev", "make"} <= named


def test_uninstall_leaves_nothing(tmp_path):
    """But a file that make did not install."""
    make("install", tmp_path)
    assert len(files_below(tmp_path)) > 15
    (tmp_path / "lib/xbeat/mine").write_text("")
    make("uninstall", tmp_path)
    assert files_below(tmp_path) == ["lib/xbeat/mine"]
