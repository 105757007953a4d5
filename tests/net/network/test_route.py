# SPDX-License-Identifier: GPL-2.0-or-later
"""Routes and rules in the kernel, as ip(8) shows what a configuration line installed.

The parser and the netlink part run without a daemon, in a namespace with two interfaces.
"""

import os
import re

import pytest

from tests.support.routing import Host

# The line, and the output of "ip route show table all proto keepalived" for it, words in order.
ROUTES = [
    ("192.0.2.0/24 via 10.0.0.2", "192.0.2.0/24 via 10.0.0.2 dev eth0"),
    ("192.0.2.0/24 via 10.0.1.2", "192.0.2.0/24 via 10.0.1.2 dev eth1"),
    ("192.0.2.0/24 gw 10.0.0.2 dev eth0", "192.0.2.0/24 via 10.0.0.2 dev eth0"),
    ("192.0.2.0/24 dev eth1", "192.0.2.0/24 dev eth1 scope link"),
    ("192.0.2.0/24", "192.0.2.0/24 dev eth0 scope link"),
    ("192.0.2.77/24 dev eth1", "192.0.2.0/24 dev eth1 scope link"),
    ("0.0.0.0/0 gw 10.0.0.2 table 100", "default via 10.0.0.2 dev eth0 table 100"),
    ("default dev eth1 table 70000", "default dev eth1 table 70000 scope link"),
    ("192.0.2.0/24 dev eth0 table 0", "192.0.2.0/24 dev eth0 scope link"),
    ("src 10.0.0.1 to 192.0.2.0/24 via 10.0.0.2",
     "192.0.2.0/24 via 10.0.0.2 dev eth0 src 10.0.0.1"),
    ("192.0.2.0/24 via 10.9.9.9 dev eth0 onlink", "192.0.2.0/24 via 10.9.9.9 dev eth0 onlink"),
    ("192.0.2.0/24 via inet6 fe80::2 dev eth0", "192.0.2.0/24 via inet6 fe80::2 dev eth0"),
    ("192.0.2.0/24 via fe80::2", "192.0.2.0/24 via inet6 fe80::2 dev eth0"),
    ("blackhole 192.0.2.0/24", "blackhole 192.0.2.0/24"),
    ("unreachable 192.0.2.0/24 metric 5", "unreachable 192.0.2.0/24 metric 5"),
    ("prohibit default table 7", "prohibit default table 7"),
    ("throw 192.0.2.0/24 table 7", "throw 192.0.2.0/24 table 7"),
    ("local 192.0.2.0/24 dev lo", "local 192.0.2.0/24 dev lo table local scope host"),
    ("broadcast 192.0.2.255 dev eth0",
     "broadcast 192.0.2.255 dev eth0 table local scope link"),
    ("192.0.2.0/24 dev eth0 scope host tos 0x10 realms 4/5 metric 9",
     "192.0.2.0/24 tos 0x10 dev eth0 scope host metric 9 realms 4/5"),
    ("192.0.2.0/24 dev eth0 mtu lock 1400 rtt 10ms rttvar 20ms advmss lock 400 hoplimit 4 "
     "rto_min 1s",
     "192.0.2.0/24 dev eth0 scope link mtu lock 1400 rtt 10ms rttvar 20ms advmss lock 400 "
     "hoplimit 4 rto_min 1s"),
    ("192.0.2.0/24 dev eth0 window 9 ssthresh 5 cwnd 6 reordering 11 initcwnd 7 features ecn "
     "initrwnd 8 quickack 1 congctl lock cubic fastopen_no_cookie 1",
     "192.0.2.0/24 dev eth0 scope link window 9 ssthresh 5 cwnd 6 reordering 11 initcwnd 7 "
     "features ecn initrwnd 8 quickack 1 congctl lock cubic fastopen_no_cookie 1"),
    ("192.0.2.0/24 via 10.0.0.2 or 10.0.0.3",
     "192.0.2.0/24 nexthop via 10.0.0.2 dev eth0 weight 1 nexthop via 10.0.0.3 dev eth0 weight 1"),
    ("192.0.2.0/24 table 9 nexthop via 10.9.9.9 dev eth0 onlink weight 1 nexthop via 10.0.1.3 "
     "weight 256",
     "192.0.2.0/24 table 9 nexthop via 10.9.9.9 dev eth0 weight 1 onlink nexthop via 10.0.1.3 "
     "dev eth1 weight 256"),
    ("192.0.2.0/24" + "".join(f" nexthop via 10.0.0.{i} dev eth0 weight {i}" for i in range(2, 26)),
     "192.0.2.0/24" + "".join(f" nexthop via 10.0.0.{i} dev eth0 weight {i}" for i in range(2, 26))),
    ("192.0.2.0/24 nexthop dev eth1 weight 7", "192.0.2.0/24 dev eth1 scope link"),
    ("192.0.2.0/24 nexthop via inet6 fe80::2 dev eth0 nexthop via 10.0.1.3",
     "192.0.2.0/24 nexthop via inet6 fe80::2 dev eth0 weight 1 nexthop via 10.0.1.3 dev eth1 "
     "weight 1"),
    ("192.0.2.0/24 encap ip id 5 dst 10.9.9.9 src 10.9.9.1 ttl 9 tos 4 dev eth0",
     "192.0.2.0/24 encap ip id 5 src 10.9.9.1 dst 10.9.9.9 ttl 9 tos 4 dev eth0 scope link"),
    ("192.0.2.0/24 encap ip6 id 6 dst 2001:db8::9 hoplimit 7 tc 3 dev eth0",
     "192.0.2.0/24 encap ip6 id 6 src :: dst 2001:db8::9 hoplimit 7 tc 3 dev eth0 scope link"),
    ("192.0.2.0/24 nexthop via 10.0.0.2 dev eth0 encap ip id 5 dst 10.9.9.9 "
     "nexthop via 10.0.1.2 dev eth1 encap ip id 6 dst 10.9.9.8",
     "192.0.2.0/24 nexthop encap ip id 5 src 0.0.0.0 dst 10.9.9.9 ttl 0 tos 0 via 10.0.0.2 dev eth0 "
     "weight 1 nexthop encap ip id 6 src 0.0.0.0 dst 10.9.9.8 ttl 0 tos 0 via 10.0.1.2 dev eth1 "
     "weight 1"),
    ("192.0.2.0/24 via 10.0.0.2 ttl-propagate enabled prepend", "192.0.2.0/24 via 10.0.0.2 dev eth0"),
    ("2001:db8::/64 dev eth1", "2001:db8::/64 dev eth1 metric 1024 pref medium"),
    ("2001:db8::/64", "2001:db8::/64 dev eth0 metric 1024 pref medium"),
    ("default via fd00::2 metric 5", "default via fd00::2 dev eth0 metric 5 pref medium"),
    ("default via fe80::2 pref high", "default via fe80::2 dev eth0 metric 1024 pref high"),
    ("2001:db8::/64 dev eth0 pref low metric 5", "2001:db8::/64 dev eth0 metric 5 pref low"),
    ("default inet6 dev eth1 table 70000",
     "default dev eth1 table 70000 metric 1024 pref medium"),
    ("unreachable 2001:db8::/64", "unreachable 2001:db8::/64 dev lo metric 1024 pref medium"),
    ("2001:db8::/64 from fd00:7::/64 dev eth0",
     "2001:db8::/64 from fd00:7::/64 dev eth0 metric 1024 pref medium"),
    ("2001:db8::/64 via fd00::9 dev eth0 src fd00::1 mtu 1300",
     "2001:db8::/64 via fd00::9 dev eth0 src fd00::1 metric 1024 mtu 1300 pref medium"),
    ("2001:db8::/64 nexthop via fd00::2 dev eth0 nexthop via fd00::3 dev eth0 weight 4",
     "2001:db8::/64 metric 1024 pref medium nexthop via fd00::2 dev eth0 weight 1 nexthop via "
     "fd00::3 dev eth0 weight 4"),
]

# The line, and what "ip rule show" adds.
RULES = [
    ("from 192.0.2.0/24 table 1 priority 5", "5: from 192.0.2.0/24 lookup 1"),
    ("to 192.0.2.1 lookup main order 5", "5: from all to 192.0.2.1 lookup main"),
    ("from 192.0.2.0/24 table 1", "16384: from 192.0.2.0/24 lookup 1"),
    ("not from 192.0.2.1 table 70000 priority 5", "5: not from 192.0.2.1 lookup 70000"),
    ("from 192.0.2.0/24 to 198.51.100.0/24 table 3 iif eth0 oif eth1 tos 0x10 fwmark 24/12 "
     "realms 30/20 preference 39",
     "39: from 192.0.2.0/24 to 198.51.100.0/24 tos 0x10 fwmark 0x18/0xc iif eth0 oif eth1 "
     "lookup 3 realms 30/20"),
    ("fwmark 7 table 3 priority 5", "5: from all fwmark 0x7 lookup 3"),
    ("iif lo table 3 priority 5", "5: from all iif lo lookup 3"),
    ("iif absent table 3 priority 5", "5: from all iif absent [detached] lookup 3"),
    ("goto 40 priority 6", "6: from all goto 40 [unresolved]"),
    ("nop priority 5", "5: from all nop"),
    ("blackhole from 192.0.2.1 priority 5", "5: from 192.0.2.1 blackhole"),
    ("type unreachable to 192.0.2.1 priority 5", "5: from all to 192.0.2.1 unreachable"),
    ("prohibit priority 5 from 192.0.2.1", "5: from 192.0.2.1 prohibit"),
    ("l3mdev priority 5", "5: from all lookup [l3mdev-table]"),
    ("ip_proto UDP sport 10-20 dport 20 table 9 priority 5",
     "5: from all ipproto udp sport 10-20 dport 20 lookup 9"),
    ("uidrange 10000-19999 table 9 priority 5", "5: from all uidrange 10000-19999 lookup 9"),
    ("tunnel-id 5 table 9 priority 5", "5: from all tun_id 5 lookup 9"),
    ("table main suppress_prefixlength 0 suppress_ifgroup 4 priority 5",
     "5: from all lookup main suppress_prefixlength 0 suppress_ifgroup 4"),
    ("inet6 table 4 priority 5", "5: from all lookup 4"),
    ("from 2001:db8::/32 iif eth0 table 4 priority 5", "5: from 2001:db8::/32 iif eth0 lookup 4"),
    ("inet6 blackhole priority 5", "5: from all blackhole"),
]


@pytest.fixture(scope="module")
def namespace(tmp_path_factory):
    path = tmp_path_factory.mktemp("route") / "routes.conf"
    with Host(f"xr{os.getpid()}", path) as host:
        yield host


@pytest.fixture
def host(namespace):
    yield namespace
    namespace.change("remove")  # what a failed test left


@pytest.mark.parametrize("line,shown", ROUTES, ids=[line for line, _ in ROUTES])
def test_route(host, line, shown):
    host.write(routes=[line])
    assert host.change("add") == []
    # "ip -6 route show table all" shows some twice.
    assert set(host.routes()) == {shown}
    assert [problem.split()[1] for problem in host.change("add")] == ["EEXIST"]
    assert host.change("remove") == []
    assert host.routes() == []
    assert [problem.split()[1] for problem in host.change("remove")] == ["ESRCH"]


@pytest.mark.parametrize("line,shown", RULES, ids=[line for line, _ in RULES])
def test_rule(host, line, shown):
    host.write(rules=[line])
    assert host.change("add") == []
    assert host.rules() == [shown]
    assert [problem.split()[1] for problem in host.change("add")] == ["EEXIST"]
    assert host.change("remove") == []
    assert host.rules() == []
    assert [problem.split()[1] for problem in host.change("remove")] == ["ENOENT"]


def test_what_the_kernel_refuses(host):
    host.write(routes=["192.0.2.0/24 via 10.77.0.1", "192.0.2.0/24 dev absent",
                       "192.0.2.0/24 nexthop via 10.0.0.2 nexthop dev absent",
                       "198.51.100.0/24 dev eth0 tos 3", "203.0.113.0/24 via 10.0.0.2"])
    problems = [problem.split()[1] for problem in host.change("add")]
    assert problems == ["ENETUNREACH", "ENODEV", "ENODEV", "EINVAL"]
    assert host.routes() == ["203.0.113.0/24 via 10.0.0.2 dev eth0"]
    host.change("remove")
    assert host.routes() == []


def test_expiry(host):
    host.write(routes=["2001:db8::/64 dev eth0 expires 100"])
    assert host.change("add") == []
    assert re.search(r"expires (100|99|98)sec", host.routes()[0])
    assert host.change("remove") == []


def test_routes_of_others_stay(host):
    """A foreign route to the same destination is kept, and ours is added, after it with
    "append"."""
    others = ["192.0.2.0/24 via 10.0.0.7 dev eth0"]
    host.ip("route", "add", *others[0].split(), "proto", "static")
    host.write(routes=["192.0.2.0/24 via 10.0.0.2"])
    assert host.change("add") == []
    assert "via 10.0.0.2 " in host.ip("route", "get", "192.0.2.1")
    assert host.change("remove") == []
    assert host.routes("static") == others
    host.write(routes=["192.0.2.0/24 via 10.0.0.2 append"])
    assert host.change("add") == []
    assert "via 10.0.0.7 " in host.ip("route", "get", "192.0.2.1")
    assert host.change("remove") == []
    assert host.routes("static") == others
    host.ip("route", "delete", *others[0].split())


def test_many(host):
    """A thousand routes and rules are added and removed."""
    count = 1000
    host.write(routes=[f"198.{18 + i // 256}.{i % 256}.0/24 via 10.0.0.2" for i in range(count)],
               rules=[f"from 198.{18 + i // 256}.{i % 256}.0/24 table 9 priority {i + 1}"
                      for i in range(count)])
    assert host.change("add") == []
    assert len(host.routes()) == len(host.rules()) == count
    assert host.change("remove") == []
    assert host.routes() == host.rules() == []
