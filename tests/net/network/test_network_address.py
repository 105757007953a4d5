# SPDX-License-Identifier: GPL-2.0-or-later
"""Virtual addresses of all kinds in the kernel, as iproute2 adds them with the same arguments."""

import pytest

from tests.support.network import Network

DEVICE = "eth0"
NODAD, HOME, MNGTMPADDR, NOPREFIXROUTE, AUTOJOIN = 0x02, 0x10, 0x100, 0x200, 0x400

# Arguments for the tool, and for iproute2.
CASES = {
    "plain": ("10.77.0.100/32", "10.77.0.100/32"),
    "broadcast": ("10.77.0.100/24 brd 10.77.0.255", "10.77.0.100/24 brd +"),
    "label": ("10.77.0.100/32 label eth0:vip", "10.77.0.100/32 label eth0:vip"),
    "scope": ("10.77.9.100/32 scope 253", "10.77.9.100/32 scope link"),
    "peer": ("10.77.9.100/32 peer 10.77.9.1/32", "10.77.9.100 peer 10.77.9.1"),
    "peer network": ("10.77.9.100/32 peer 10.77.9.1/30", "10.77.9.100 peer 10.77.9.1/30"),
    "no route": (f"10.77.9.100/24 flags {NOPREFIXROUTE}", "10.77.9.100/24 noprefixroute"),
    "group": (f"239.1.1.1/32 flags {AUTOJOIN}", "239.1.1.1/32 autojoin"),
    "ipv6": (f"fd77::100/128 flags {NODAD}", "fd77::100/128 nodad"),
    "ipv6 home": (f"fd77::100/64 flags {NODAD | HOME}", "fd77::100/64 nodad home"),
    "ipv6 temporary": (f"fd77::100/64 flags {MNGTMPADDR}", "fd77::100/64 mngtmpaddr"),
    "ipv6 no route": (f"fd77::100/64 flags {NOPREFIXROUTE}", "fd77::100/64 noprefixroute"),
    "ipv6 deprecated": (f"fd77::100/128 flags {NODAD} preferred 0",
                        "fd77::100/128 nodad preferred_lft 0"),
    "ipv6 peer": (f"fd77::100/128 flags {NODAD} peer fd77::200/127",
                  "fd77::100 nodad peer fd77::200/127"),
    "ipv6 group": (f"ff05::100/128 flags {NODAD | AUTOJOIN}", "ff05::100/128 nodad autojoin"),
}


@pytest.fixture
def network(lab):
    return Network(lab)


@pytest.mark.laboratory(nodes=1)
@pytest.mark.parametrize("name", CASES)
def test_as_iproute2(network, name):
    words, ip_words = (text.split() for text in CASES[name])
    before = network.told_of_addresses(DEVICE)
    network.ip("address", "add", *ip_words, "dev", DEVICE)
    expected = network.told_of_addresses(DEVICE)
    network.ip("address", "del", *ip_words[:1 if "peer" not in ip_words else None],
               "dev", DEVICE)
    assert network.told_of_addresses(DEVICE) == before != expected
    assert network.tool("add", DEVICE, *words) == "0"
    assert network.told_of_addresses(DEVICE) == expected
    assert network.tool("add", DEVICE, *words) == "EEXIST"
    assert network.tool("remove", DEVICE, *words) == "0"
    assert network.told_of_addresses(DEVICE) == before
    assert network.tool("remove", DEVICE, *words) == "EADDRNOTAVAIL"


@pytest.mark.laboratory(nodes=1)
def test_another_label_does_not_save_it(network):
    before = network.told_of_addresses(DEVICE)
    network.ip("address", "add", "10.77.0.100/24", "label", "eth0:other", "dev", DEVICE)
    assert network.tool("remove", DEVICE, "10.77.0.100/24") == "0"
    assert network.told_of_addresses(DEVICE) == before


@pytest.mark.laboratory(nodes=1)
@pytest.mark.parametrize("others,address", [
    (["10.77.0.100/24", "10.77.0.100 peer 10.77.9.1"], "10.77.0.100/32"),
    (["fd77::100/64 nodad"], "fd77::100/128"),
])
def test_another_prefix_length_or_peer_is_another_address(network, others, address):
    for words in others:
        network.ip("address", "add", *words.split(), "dev", DEVICE)
    before = network.ip("address", "show", "dev", DEVICE)
    assert network.tool("remove", DEVICE, address) == "EADDRNOTAVAIL"
    assert network.tool("add", DEVICE, address) == ("EEXIST" if ":" in address else "0")
    assert network.tool("remove", DEVICE, address) == ("EADDRNOTAVAIL" if ":" in address else "0")
    assert network.ip("address", "show", "dev", DEVICE) == before


@pytest.mark.laboratory(nodes=1)
@pytest.mark.parametrize("there,added", [
    ("10.77.0.100/32 label eth0:other", "10.77.0.100/32"),
    ("fd77::100/64", "fd77::100/128"),
])
def test_there_with_other_attributes(network, there, added):
    network.ip("address", "add", *there.split(), "dev", DEVICE)
    before = network.told_of_addresses(DEVICE)
    assert network.tool("add", DEVICE, added) == "EEXIST"
    assert network.told_of_addresses(DEVICE) == before


@pytest.mark.laboratory(nodes=1)
def test_no_such_interface(network):
    assert network.tool("add", "none0", "10.77.0.100/32") == "ENODEV"
    assert network.tool("remove", "none0", "10.77.0.100/32") == "ENODEV"


@pytest.mark.laboratory(nodes=1)
def test_list(network):
    """By interface also where an address has a label, in the kernel's order, link-local ones
    too."""
    network.ip("address", "add", "10.77.0.100/32", "dev", DEVICE, "label", "eth0:vip")
    network.sysctl("net.ipv6.conf.eth0.accept_dad=1", "net.ipv6.conf.eth0.dad_transmits=9")
    network.ip("address", "add", "fd77::7/64", "dev", DEVICE)
    link = network.link(DEVICE)
    lines = network.tool("addresses").splitlines()
    prefix = f"{DEVICE} {link['ifindex']} "
    mine = [line.removeprefix(prefix) for line in lines if line.startswith(prefix)]
    assert mine[:2] == ["10.77.0.1/24", "10.77.0.100/32"]
    assert {"fd77::1/64", "fd77::7/64 unusable"} <= set(mine[2:])
    assert [line for line in mine if line.startswith("fe80::")]
    assert "lo 1 127.0.0.1/8" in lines and lines[-1] == "0"
