# SPDX-License-Identifier: GPL-2.0-or-later
"""A start that must fail: one clear line, a non-zero exit status, nothing left."""

import ctypes
import os
import socket
import threading

import pytest

from tests.support.configuration import KEY, KEY_ID, VIP
from tests.support.laboratory import BUILD, PINS
from tests.support.port import inside

pytestmark = pytest.mark.laboratory(nodes=2)
NODE = "node-a"
CHECKS = 200


def start_and_fail(lab, *before, configuration=None, words=()):
    """Starts xbeatd on node-a with a prefix command that changes its environment; returns its error
    line."""
    instance = lab.instance(NODE)
    configuration = configuration or lab.path(f"{NODE}.conf")
    done = lab.run(NODE, *before, BUILD / "xbeatd", "-f", "-c", configuration, "-i", instance,
                   check=False)
    lines = [line for line in done.stderr.splitlines() if line]
    assert done.returncode not in (0, None) and done.returncode > 0, done
    assert len(lines) == 1, done.stderr
    for word in words:
        assert word in lines[0], lines[0]
    return lines[0]


def nothing_left(lab):
    assert not (PINS / lab.instance(NODE)).exists()
    assert not lab.run_files(NODE)
    assert not lab.has_address(NODE, VIP)


@pytest.fixture
def configured(lab, cluster):
    cluster.daemon(NODE)
    yield cluster
    nothing_left(lab)
    assert "xbeat" not in lab.run(NODE, "ip", "link", "show", "eth0").stdout


def edit(lab, old, new):
    path = lab.path(f"{NODE}.conf")
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def exchange(path, other, done):
    """Lets two files change places until done is set."""
    libc = ctypes.CDLL(None)
    names = os.fsencode(path), os.fsencode(other)
    while not done.is_set():
        for _ in range(100):
            assert libc.renameat2(-1, names[0], -1, names[1], 2) == 0  # RENAME_EXCHANGE


def test_no_configuration_file(lab, configured):
    missing = lab.path("missing.conf")
    start_and_fail(lab, configuration=missing, words=[str(missing)])


def test_wrong_configuration(lab, configured):
    """The error has file, line and column and names the nearest keyword."""
    edit(lab, "multiplier", "multiplyer")
    line = start_and_fail(lab, words=["multiplyer", "multiplier"])
    number = lab.path(f"{NODE}.conf").read_text().split("multiplyer")[0].count("\n") + 1
    assert f"{lab.path(f'{NODE}.conf')}:{number}:5:" in line


def test_missing_key_file(lab, configured):
    configured.key_file.unlink()
    start_and_fail(lab, words=[str(configured.key_file), "genkey"])


def test_world_readable_key_file(lab, configured):
    configured.key_file.chmod(0o644)
    start_and_fail(lab, words=[str(configured.key_file), "chmod"])


def test_group_writable_key_file(lab, configured):
    configured.key_file.chmod(0o620)
    start_and_fail(lab, words=[str(configured.key_file), "chmod"])


def test_huge_key_file(lab, configured):
    """Root cannot read it either: nothing advises to run xbeatd as root."""
    configured.key_file.write_bytes(bytes(65 << 20))
    line = start_and_fail(lab, words=[f"cannot read the key file {configured.key_file}: "])
    assert line.endswith("File too large"), line


def test_key_file_of_another_user(lab, configured):
    os.chown(configured.key_file, 65534, 65534)
    start_and_fail(lab, words=[str(configured.key_file), "chown"])


def test_key_file_in_a_directory_of_another_user(lab, configured):
    directory = lab.path("keys")
    directory.mkdir()
    os.chown(directory, 65534, 65534)
    configured.key_file.rename(directory / "lan.key")
    edit(lab, str(configured.key_file), str(directory / "lan.key"))
    start_and_fail(lab, words=[str(directory / "lan.key"), f"chown root {directory}"])


def test_key_file_by_a_link_of_another_user(lab, configured):
    link = lab.path("link.key")
    link.symlink_to(configured.key_file)
    os.lchown(link, 65534, 65534)
    edit(lab, str(configured.key_file), str(link))
    start_and_fail(lab, words=[str(link), "chown"])


def test_key_file_that_is_a_fifo(lab, configured):
    configured.key_file.unlink()
    os.mkfifo(configured.key_file, 0o600)
    start_and_fail(lab, words=[str(configured.key_file), "regular"])


def test_key_file_that_is_exchanged_after_a_check(lab, configured):
    """Two files change places all the time. The other one, which belongs to another user and has no
    key, is never read."""
    other = lab.write("other.key", "not a key")
    os.chown(other, 65534, 65534)
    done = threading.Event()
    thread = threading.Thread(target=exchange, args=(configured.key_file, other, done))
    thread.start()
    try:
        run = lab.run(NODE, "sh", "-c", f"for i in $(seq {CHECKS}); do \"$0\" -t -c \"$1\"; done",
                      BUILD / "xbeatd", lab.path(f"{NODE}.conf"), check=False)
    finally:
        done.set()
        thread.join()
    refused = run.stderr.splitlines()
    assert 0 < len(refused) < CHECKS
    assert len(refused) + run.stdout.count("ok\n") == CHECKS
    for line in refused:
        assert "belongs to user 65534" in line


def test_broken_key_file(lab, configured):
    configured.key_file.write_text(f"{KEY_ID} {KEY.hex()[1:]}\n")
    start_and_fail(lab, words=[str(configured.key_file)])


def test_no_privileges(lab, configured):
    lab.directory.chmod(0o755)
    lab.path(f"{NODE}.conf").chmod(0o644)
    start_and_fail(lab, "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


@pytest.mark.parametrize("address", ["10.77.0.1", "", "::"])
def test_port_that_another_user_holds(lab, configured, address):
    edit(lab, "    key_file", "    port 7694\n    key_file")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with inside(lab, NODE):
        holder = socket.socket(family, socket.SOCK_DGRAM)
    with holder:
        # The socket belongs to whom it is given.
        os.fchown(holder.fileno(), 65534, -1)
        holder.bind((address, 7694))
        start_and_fail(lab, words=["10.77.0.1 port 7694", f"process {os.getpid()} of user 65534"])


def test_second_daemon_of_the_same_instance(lab, cluster):
    first = cluster.daemon(NODE).start()
    start_and_fail(lab, words=[lab.instance(NODE)])
    assert first.ready() and lab.has_program(NODE)


@pytest.mark.parametrize("change, words", [
    ("chmod 1777 /sys/fs/bpf", ["/sys/fs/bpf can be written by others (mode 1777)", "chmod 0700 /sys/fs/bpf"]),
    ("chown 65534 /sys/fs/bpf", ["/sys/fs/bpf belongs to user 65534", "chown root /sys/fs/bpf"]),
    ("chmod 0770 /sys/fs/bpf/xbeat", ["/sys/fs/bpf/xbeat can be written by others", "0770"]),
    ("chown 65534 /sys/fs/bpf/xbeat", ["/sys/fs/bpf/xbeat belongs to user 65534"]),
    ("ln -s {elsewhere} /sys/fs/bpf/xbeat/{name}", ["/sys/fs/bpf/xbeat/{name} is not a directory"]),
    ("mkdir -m 0722 /sys/fs/bpf/xbeat/{name}", ["/sys/fs/bpf/xbeat/{name} can be written by others"]),
])
def test_bpf_file_system_of_others(lab, configured, change, words):
    """Whoever can write there could put maps of their own in the place of the pins, or have files
    removed elsewhere."""
    name = lab.instance(NODE)
    elsewhere = lab.path("elsewhere")
    elsewhere.mkdir()
    (elsewhere / "file").touch()
    make = "mount -t bpf -o mode=0700 bpf /sys/fs/bpf && mkdir -m 0700 /sys/fs/bpf/xbeat && umask 0"
    start_and_fail(lab, "unshare", "-m", "sh", "-c",
                   f'{make} && {change.format(name=name, elsewhere=elsewhere)} && exec "$@"', "sh",
                   words=[word.format(name=name) for word in words])
    assert (elsewhere / "file").exists()
