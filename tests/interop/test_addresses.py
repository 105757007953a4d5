# SPDX-License-Identifier: GPL-2.0-or-later
"""keepalived's addresses and the daemon's, from the same virtual_ipaddress lines, in the kernel."""

import pytest

from tests.support.laboratory import wait_until
from tests.support.network import Network

pytestmark = pytest.mark.laboratory(nodes=2)
NODAD, HOME, MNGTMPADDR, NOPREFIXROUTE = 0x02, 0x10, 0x100, 0x200

# keepalived's line, and the same for the tool; IPv6 is in virtual_ipaddress_excluded.
LINES = (
    ("10.77.0.100", "10.77.0.100/32"),
    ("10.77.0.101/24", "10.77.0.101/24"),
    ("10.77.0.102/24 brd 10.77.0.255", "10.77.0.102/24 brd 10.77.0.255"),
    ("10.77.0.103/24 label eth0:vip", "10.77.0.103/24 label eth0:vip"),
    ("10.77.1.104/24 scope link", "10.77.1.104/24 scope 253"),
    ("10.77.2.105 peer 10.77.2.1", "10.77.2.105/32 peer 10.77.2.1/32"),
    ("10.77.3.106/24 noprefixroute", f"10.77.3.106/24 flags {NOPREFIXROUTE}"),
    ("10.77.4.107/24 preferred_lft 0", "10.77.4.107/24 preferred 0"),
    ("fd77::101/64", f"fd77::101/64 flags {NODAD}"),
    ("fd77::102/64 -nodad", "fd77::102/64"),
    ("fd77::103/64 home", f"fd77::103/64 flags {NODAD | HOME}"),
    ("fd77::104/64 mngtmpaddr", f"fd77::104/64 flags {NODAD | MNGTMPADDR}"),
    ("fd77::105/64 noprefixroute", f"fd77::105/64 flags {NODAD | NOPREFIXROUTE}"),
    ("fd77::106/64 preferred_lft 0", f"fd77::106/64 flags {NODAD} preferred 0"),
    ("fd77::107/128 preferred_lft forever", f"fd77::107/128 flags {NODAD}"),
    ("fd77::108 peer fd77::208",
     f"fd77::108/128 flags {NODAD} peer fd77::208/128 preferred 0"),
    ("fd77::100", f"fd77::100/128 flags {NODAD} preferred 0"),
)


def configuration():
    ipv4 = "\n".join(line for line, _ in LINES if ":" not in line.split()[0])
    ipv6 = "\n".join(line for line, _ in LINES if ":" in line.split()[0])
    return f"""vrrp_instance A {{
        interface eth0
        virtual_router_id 51
        priority 255
        state MASTER
        virtual_ipaddress {{\n{ipv4}\n}}
        virtual_ipaddress_excluded {{\n{ipv6}\n}}
    }}
    """


def added(network):
    """The addresses of eth0, without those of the laboratory."""
    return {address: entry for address, entry in network.told_of_addresses("eth0").items()
            if address not in (network.lab.address(network.node, family=family)
                               for family in (4, 6))}


def test_same_addresses(lab):
    ours, theirs = Network(lab, "node-a"), Network(lab, "node-b")
    path = lab.write("keepalived.conf", configuration())
    lab.spawn("node-b", "keepalived", "--dont-fork", "--log-console", "--use-file", path,
              "--pid", lab.path("pid"), "--vrrp_pid", lab.path("vrrp.pid"))
    wait_until(lambda: len(added(theirs)) == len(LINES), "keepalived adds its addresses")
    for line, words in LINES:
        assert ours.tool("add", "eth0", *words.split()) == "0", line
    assert added(ours) == added(theirs)
