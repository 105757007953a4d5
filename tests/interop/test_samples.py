# SPDX-License-Identifier: GPL-2.0-or-later
"""Real configurations of keepalived: those that its package ships, and samples of ours in the usual
styles (tests/interop/samples). xbeat accepts what keepalived accepts. Its expected messages are
listed, in a sample of ours by lines that begin with "#="."""

import pathlib
import re
import shutil
import subprocess

import pytest

from tests.support.daemon import Keepalived
from tests.support.laboratory import BUILD, wait_until
from tests.support.xbeatd import Xbeatd

SHIPPED = sorted(pathlib.Path("/usr/share/doc/keepalived/samples").glob("keepalived.conf.*"))
OURS = sorted((pathlib.Path(__file__).parent / "samples").glob("*.conf"))

# Both programs check interfaces and programs, so all files are checked in one place. keepalived's
# check of some files with a vrrp_track_process does not end by itself.
PLACE = """
for name in eth0 eth1 eth2 eth3 eth0.1 ha0; do
    ip link add $name type veth peer name p$name
    ip link set p$name up
    ip link set $name up
done
for file in [a-z]*.conf*; do
    timeout 60 keepalived --config-test --use-file "$file" > "said.keepalived.$file" 2>&1
    echo $? > "code.keepalived.$file"
    "$0" -t -c "$file" > "said.xbeatd.$file" 2>&1
    echo $? > "code.xbeatd.$file"
done
"""
# keepalived's exit status: no message, or only that scripts run without enable_script_security.
CONTENT = {0, 6}

# Expected messages about the shipped samples, each with what the reader must do.
RIGHT = re.compile("|".join([
    r"warning: protocol has no effect with fwmark; remove one",
    r"warning: program '[^']+' does not exist or is not executable; install it",
    r"warning: smtp_alert sends nothing without a server; add \"smtp_server HOST\"",
    r"warning: 192\.168\.200\.18 is already listed on line 28; it is held once and advertised twice",
    r"warning: the rule has no priority; as in keepalived it gets 1638[34]",
    r"warning: vrrp_sync_group VG1 has no instance; add \"group",
]))
# Samples that are refused, and why. keepalived complains about all of them, too.
REFUSED = {
    "SSL_GET": "auth_type AH is not supported; use PASS on all nodes",
    "conditional_conf": "vrrp_script check_VI_0 has no script; add one",
    "vrrp.lvs_syncd": "unknown keyword 'VI_[23]' in vrrp_sync_group; valid keywords: group",
    "vrrp.rules": r"'192\.168\.[12]00\./24' is not a value of to; write ADDRESS/LENGTH or default",
}
LOCAL = "$PRIORITY={priority}\n$OWN={own}\n$OTHER={other}\n"


class Said:
    def __init__(self, directory, program, name):
        self.code = int((directory / f"code.{program}.{name}").read_text())
        self.text = (directory / f"said.{program}.{name}").read_text()

    def remarks(self):
        return [line for line in self.text.splitlines() if re.search(": (error|warning): ", line)]


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """Returns the messages of both programs about a file."""
    directory = tmp_path_factory.mktemp("samples")
    for path in SHIPPED + OURS:
        shutil.copy(path, directory)
    (directory / "local.conf").write_text(LOCAL.format(priority=100, own="10.77.0.1",
                                                       other="10.77.0.2"))
    subprocess.run(["unshare", "--net", "sh", "-c", PLACE, BUILD / "xbeatd"], cwd=directory,
                   check=True)
    return lambda path: (Said(directory, "keepalived", path.name),
                         Said(directory, "xbeatd", path.name))


@pytest.mark.skipif(not SHIPPED, reason="the package of keepalived is here without its samples")
def test_shipped(said):
    for path in SHIPPED:
        keepalived, xbeatd = said(path)
        reason = REFUSED.get(path.name.removeprefix("keepalived.conf."))
        wrong = [line for line in xbeatd.remarks()
                 if not RIGHT.search(line) and not (reason and re.search(reason, line))]
        assert not wrong
        assert xbeatd.code == int(bool(reason)), xbeatd.text
        assert not reason or keepalived.code not in CONTENT, keepalived.text


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.stem)
def test_ours(said, path):
    keepalived, xbeatd = said(path)
    expected = re.findall("^#= (.*)$", path.read_text(), re.MULTILINE)
    remarks = xbeatd.remarks()
    assert len(remarks) == len(expected), xbeatd.text
    for text in expected:
        assert any(text in line for line in remarks), (text, xbeatd.text)
    refused = any(": error: " in line for line in remarks)
    assert xbeatd.code == int(refused)
    assert refused == (path.stem in ("broken", "stricter"))
    assert path.stem != "broken" or keepalived.code not in CONTENT


# The samples that two nodes run at once, and an address of each instance.
RUN = ("web", "router_pair", "virtual_mac", "ipv6")
ADDRESSES = ["10.77.0.160", "10.77.0.110", "10.77.1.111", "10.77.0.120", "fd77::120", "fd77::161"]


def write_node(lab, node, priority):
    """The samples are the same on both nodes; what differs is in a file that they include."""
    directory = lab.path(node)
    directory.mkdir()
    for name in RUN:
        shutil.copy(pathlib.Path(__file__).parent / "samples" / f"{name}.conf", directory)
    other = next(name for name in lab.nodes if name != node)
    (directory / "local.conf").write_text(LOCAL.format(priority=priority, own=lab.address(node),
                                                       other=lab.address(other)))
    return "".join(f"include {node}/{name}.conf\n" for name in RUN)


def held(lab, node):
    addresses = lab.run(node, "ip", "-o", "address", "show").stdout
    return [address for address in ADDRESSES if f" {address}/" in addresses]


def wait_moved(lab, node):
    others = [other for other in lab.nodes if other != node]
    wait_until(lambda: held(lab, node) == ADDRESSES and not any(held(lab, other)
                                                                for other in others),
               f"{node} alone has all: {[(name, held(lab, name)) for name in lab.nodes]}")
    wait_until(lambda: "198.51.100.0/24 via 10.77.0.200" in
               lab.run(node, "ip", "route", "show").stdout, "the route is there")
    wait_until(lambda: "from 10.77.0.110 lookup 110" in
               lab.run(node, "ip", "rule", "show").stdout, "the rule is there")


@pytest.mark.laboratory(nodes=2, links=2)
def test_beside_keepalived(lab):
    """Runs four of our samples at once, on xbeatd and keepalived: all instances fail over at once,
    as between two nodes of one kind."""
    xbeatd = Xbeatd(lab, "node-a", write_node(lab, "node-a", 150)).start()
    Keepalived(lab, "node-b", write_node(lab, "node-b", 100)).start()
    wait_moved(lab, "node-a")
    assert xbeatd.stop() == 0
    wait_moved(lab, "node-b")
