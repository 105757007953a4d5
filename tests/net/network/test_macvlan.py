# SPDX-License-Identifier: GPL-2.0-or-later
"""Interfaces with a virtual MAC: their properties, that a Backup's is silent, and that they are
found again after a restart."""

import subprocess
import time

import pytest

from tests.support.laboratory import BUILD, wait_until
from tests.support.network import NODE, Network
from tests.support.watch import Watch

pytestmark = pytest.mark.laboratory(nodes=2)
# IGMP and MLD repeat a report within a second.
VIRTUAL_MACS = "00:00:5e:00"
SILENCE_SECONDS = 1.5
MADE = "0"


@pytest.fixture
def network(lab):
    """node-a is a router with the kernel's default settings."""
    made = Network(lab)
    made.sysctl("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1",
                *(f"net.ipv4.conf.{name}.{key}" for name in ("all", "default", "eth0")
                  for key in ("arp_ignore=0", "arp_announce=0", "rp_filter=1")))
    return made


@pytest.fixture
def watch(lab):
    with Watch(lab, NODE) as opened:
        yield opened


def setting(network, family, device, key):
    # "sysctl" takes the dot in vrrp.51 for a separator.
    return network.lab.run(NODE, "cat", f"/proc/sys/net/ipv{family}/conf/{device}/{key}"
                           ).stdout.strip()


@pytest.mark.parametrize("family,mac", [(4, "00:00:5e:00:01:33"), (6, "00:00:5e:00:02:33")])
def test_what_is_made(network, family, mac):
    network.ip("link", "set", "eth0", "mtu", "1400")
    assert network.tool("macvlan", "vrrp.51", "eth0", "51", str(family)) == MADE
    link = network.link("vrrp.51")
    assert (link["address"], link["link"], link["mtu"]) == (mac, "eth0", 1400)
    assert link["linkinfo"]["info_data"]["mode"] == "private"
    assert link["inet6_addr_gen_mode"] == "none"
    assert "UP" in link["flags"]
    assert [setting(network, 4, "vrrp.51", key)
            for key in ("arp_ignore", "rp_filter", "promote_secondaries")] == ["1", "2", "1"]
    assert [setting(network, 6, "vrrp.51", key)
            for key in ("accept_ra", "autoconf")] == ["0", "0"]
    assert [setting(network, 4, "eth0", key) for key in ("arp_ignore", "arp_announce")] == ["1", "2"]
    assert network.tool("unmake", "vrrp.51", "51", str(family)) == MADE
    assert network.tool("lookup", "vrrp.51") == "ENODEV"


def test_is_not_made_on_another(network):
    """The kernel would put it on the interface below that."""
    network.ip("link", "add", "upper", "link", "eth0", "type", "macvlan")
    assert network.tool("macvlan", "vrrp.51", "upper", "51", "4") == "EOPNOTSUPP"
    assert network.tool("lookup", "vrrp.51") == "ENODEV"


def test_settings_that_do_already_stay(network):
    network.sysctl("net.ipv4.conf.eth0.arp_ignore=3", "net.ipv4.conf.all.rp_filter=0")
    assert network.tool("macvlan", "vrrp.51", "eth0", "51", "4") == MADE
    assert setting(network, 4, "eth0", "arp_ignore") == "3"
    assert setting(network, 4, "vrrp.51", "rp_filter") == "0"


def test_backup_is_silent(network, watch):
    """On a router, too, where IPv6 reports a group on each interface; and after it was Active, when
    it would report that it leaves the groups of its addresses."""
    network.tool("macvlan", "vrrp.51", "eth0", "51", "4")
    network.tool("macvlan", "vrrp6.51", "eth0", "51", "6")
    time.sleep(SILENCE_SECONDS)
    assert watch.count_sent_from(VIRTUAL_MACS) == 0
    for name, family, words in (("vrrp.51", "4", ["10.77.0.100/24"]),
                                ("vrrp6.51", "6", ["fd77::100/64", "flags", "2"])):
        assert network.tool("active", name, "eth0", family) == "0"
        assert network.tool("add", name, *words) == "0"
    wait_until(lambda: watch.count_sent_from(VIRTUAL_MACS), "an Active reports its groups")
    time.sleep(SILENCE_SECONDS)
    assert network.tool("backup", "vrrp.51") == network.tool("backup", "vrrp6.51") == "0"
    before = watch.count_sent_from(VIRTUAL_MACS)
    assert network.tool("remove", "vrrp.51", "10.77.0.100/24") == "0"
    assert network.tool("remove", "vrrp6.51", "fd77::100/64") == "EADDRNOTAVAIL"
    time.sleep(SILENCE_SECONDS)
    assert watch.count_sent_from(VIRTUAL_MACS) == before


def is_forwarded(lab, family):
    """Whether a packet that comes to node-a's virtual MAC is forwarded to its real destination."""
    target, gateway = ("192.0.2.1", "10.77.0.99") if family == 4 else ("2001:db8::1", "fd77::99")
    mac = f"00:00:5e:00:0{1 if family == 4 else 2}:33"
    lab.run("node-b", "ip", "neigh", "replace", gateway, "lladdr", mac, "dev", "eth0")
    lab.run("node-b", "ip", "route", "replace", target, "via", gateway, "dev", "eth0")
    return lab.run("node-b", "ping", "-c", "1", "-W", "1", target, check=False).returncode == 0


@pytest.mark.parametrize("family,target", [(4, "192.0.2.1/32"), (6, "2001:db8::1/128")])
def test_backup_takes_nothing_to_the_virtual_mac(lab, network, family, target):
    """Switches flood frames to a MAC that they have not learned; two routers must not both forward
    them."""
    # It would drop packets to an interface without an address, which is not what is tested.
    network.sysctl("net.ipv4.conf.all.rp_filter=0")
    client = lab.address("client", family=family)
    network.ip("route", "add", target, "via", client)
    lab.run("client", "ip", "address", "add", target, "dev", "eth0")
    network.tool("macvlan", "vrrp.51", "eth0", "51", str(family))
    assert not is_forwarded(lab, family)
    network.tool("active", "vrrp.51", "eth0", str(family))
    wait_until(lambda: is_forwarded(lab, family), "the Active forwards")
    network.tool("backup", "vrrp.51")
    assert not is_forwarded(lab, family)


@pytest.mark.parametrize("family,address", [(4, "10.77.0.100"), (6, "fd77::100")])
def test_reached_by_the_virtual_mac_alone(lab, network, family, address):
    """Although the base interface hears each request, and has the route back."""
    network.tool("macvlan", "vrrp.51", "eth0", "51", str(family))
    network.tool("active", "vrrp.51", "eth0", str(family))
    network.tool("add", "vrrp.51", f"{address}/{32 if family == 4 else 128}", "flags", "2")
    for _ in range(5):
        lab.ping("node-b", address)
        entry = lab.run("node-b", "ip", "neigh", "show", "to", address).stdout
        assert f"lladdr 00:00:5e:00:0{1 if family == 4 else 2}:33" in entry
        lab.run("node-b", "ip", "neigh", "flush", "to", address)


def test_base_does_not_give_its_own_mac(lab, network):
    """Packets that the Active sends from the virtual address leave by the base interface, which
    resolves neighbours."""
    network.tool("macvlan", "vrrp.51", "eth0", "51", "4")
    network.tool("active", "vrrp.51", "eth0", "4")
    network.tool("add", "vrrp.51", "10.77.0.100/24")
    network.ip("neigh", "flush", "dev", "eth0")
    lab.run("node-b", "ip", "neigh", "flush", "dev", "eth0")
    network.lab.ping(NODE, "10.77.0.2", "-I", "10.77.0.100")
    entry = lab.run("node-b", "ip", "neigh", "show", "to", "10.77.0.100").stdout
    assert "lladdr 00:00:5e:00:01:33" in entry


def test_taken_over(network):
    network.tool("macvlan", "vrrp.51", "eth0", "51", "6")
    network.tool("active", "vrrp.51", "eth0", "6")
    network.tool("add", "vrrp.51", "fd77::100/128", "flags", "2")
    before, addresses = network.link("vrrp.51"), network.addresses("vrrp.51")
    assert network.tool("macvlan", "vrrp.51", "eth0", "51", "6") == MADE
    assert network.link("vrrp.51") == before
    assert network.addresses("vrrp.51") == addresses


def test_half_made_is_silent(network, watch):
    """Left by a daemon that was killed right after it had created it."""
    network.ip("link", "add", "vrrp.51", "link", "eth0", "address", "00:00:5e:00:02:33",
               "type", "macvlan", "mode", "private")
    assert network.tool("macvlan", "vrrp.51", "eth0", "51", "6") == MADE
    assert "UP" in network.link("vrrp.51")["flags"]
    time.sleep(SILENCE_SECONDS)
    assert watch.count_sent_from(VIRTUAL_MACS) == 0


@pytest.mark.parametrize("words", [
    ("vrrp.51", "type", "veth", "peer", "name", "x1"),
    ("vrrp.51", "link", "eth0", "type", "macvlan"),
    ("vrrp.51", "link", "eth0", "address", "00:00:5e:00:01:34", "type", "macvlan"),
    ("vrrp.51", "link", "x0", "address", "00:00:5e:00:01:33", "type", "macvlan"),
])
def test_something_else_has_the_name(network, words):
    network.make_pair("x0", "y0")
    network.ip("link", "add", *words)
    done = network.run_tool("macvlan", "vrrp.51", "eth0", "51", "4")
    assert done.stdout.strip() == "EEXIST"
    assert "vrrp.51 exists" in done.stderr and "use_vmac NAME" in done.stderr


def test_something_else_stays(network):
    network.make_pair("vrrp.51", "y0")
    assert network.tool("unmake", "vrrp.51", "51", "4") == MADE
    assert network.tool("lookup", "vrrp.51").endswith(MADE)


def test_base_that_is_not_there(network):
    done = network.run_tool("macvlan", "vrrp.51", "none0", "51", "4")
    assert done.stdout.strip() == "ENODEV" and "vrrp.51" in done.stderr


def test_mtu_follows_the_base(network):
    network.tool("macvlan", "vrrp.51", "eth0", "51", "4")
    for mtu in (1300, 1450):
        network.ip("link", "set", "eth0", "mtu", str(mtu))
        network.tool("macvlan", "vrrp.51", "eth0", "51", "4")
        assert network.link("vrrp.51")["mtu"] == mtu


def test_ipv6_of_an_ipv4_instance(network):
    """virtual_ipaddress_excluded may have both families."""
    network.tool("macvlan", "vrrp.51", "eth0", "51", "4")
    network.tool("active", "vrrp.51", "eth0", "6")
    assert network.tool("add", "vrrp.51", "fd77::100/128", "flags", "2") == "0"
    assert list(network.addresses("vrrp.51")) == ["fd77::100"]


READ_ONLY = """
    ip link add eth0 type veth peer name eth1
    ip link set eth0 up; ip link set eth1 up
    mount --bind /proc/sys /proc/sys; mount -o remount,ro,bind /proc/sys
    flags() { ip link show vrrp.51 | grep -q '[<,]UP[,>]' && echo up || echo down; }
    "$1" macvlan vrrp.51 eth0 51 4; flags
    "$1" active vrrp.51 eth0 4; flags
    cat /proc/sys/net/ipv4/conf/vrrp.51/arp_ignore /proc/sys/net/ipv4/conf/vrrp.51/promote_secondaries \
        /proc/sys/net/ipv4/conf/eth0/arp_ignore /proc/sys/net/ipv4/conf/eth0/arp_announce \
        /proc/sys/net/ipv6/conf/vrrp.51/addr_gen_mode
    "$1" backup vrrp.51; flags
"""


def test_without_privileges_and_settings():
    """In a user namespace, with a read-only /proc/sys: rtnetlink sets what it can, and a Backup's
    interface is down, because IPv6 is on."""
    done = subprocess.run(["unshare", "--user", "--map-root-user", "--net", "--mount", "sh", "-ec",
                           READ_ONLY, "sh", BUILD / "tools" / "network"], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if "unshare failed: Operation not permitted" in done.stderr:
        pytest.skip("no user namespace can be made here, as in a chroot")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [MADE, "down", MADE, "up", "1", "1", "1", "2", "1", MADE, "down"]
