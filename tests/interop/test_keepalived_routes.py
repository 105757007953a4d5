# SPDX-License-Identifier: GPL-2.0-or-later
"""One configuration, read by keepalived and by xbeat: the same routes and rules in the kernel."""

import os
import signal
import subprocess

from tests.support.laboratory import NEVER_SECONDS, wait_until
from tests.support.routing import Host

# Left out, because xbeat follows ip(8) where keepalived 2.2 differs from it: the scope of a route
# without a gateway (written out here), times below 200 ms, "or", the types that belong into the
# table "local", a destination with bits beyond its prefix length, the keyword "inet6", and "encap" of
# one of several next hops, which keepalived loses.
ROUTES = [
    "198.18.1.0/24 via 10.0.0.2",
    "198.18.2.0/24 gw 10.0.1.2 dev eth1 no_track",
    "198.18.3.0/24 dev eth1 scope link",
    "src 10.0.0.1 to 198.18.4.0/24 via 10.0.0.2 dev eth0",
    "blackhole 198.18.5.0/24",
    "unreachable 198.18.6.0/24 metric 5",
    "prohibit 198.18.7.0/24 preference 6",
    "throw 198.18.8.0/24 table 7",
    "default via 10.0.0.2 table 100",
    "0.0.0.0/0 gw 10.0.0.2 table 0x65",
    "198.18.9.0/24 dev eth0 scope host tos 0x10 realms 4/5 metric 9",
    "198.18.10.0/24 via 10.0.0.2 dev eth0 mtu lock 1400 advmss lock 400 rtt 1.5s rttvar 1s "
    "rto_min 300ms hoplimit 4",
    "198.18.11.0/24 via 10.0.0.2 dev eth0 window 9 ssthresh lock 5 cwnd 6 reordering 11 initcwnd 7 "
    "initrwnd 8 quickack 1 congctl lock cubic fastopen_no_cookie 1",
    "198.18.12.0/24 via 10.9.9.9 dev eth0 onlink features ecn",
    "198.18.13.0/24 table 9 nexthop via 10.9.9.9 dev eth0 onlink weight 1 nexthop via 10.0.1.3 "
    "dev eth1 weight 255",
    "198.18.14.0/24 encap ip id 5 dst 10.9.9.9 src 10.9.9.1 ttl 9 tos 4 dev eth0 scope link",
    "198.18.15.0/24 encap ip6 id 6 dst 2001:db8::9 hoplimit 7 tc 3 via 10.0.0.2 dev eth0",
    "198.18.16.0/24 via 10.0.0.2 dev eth0 ttl-propagate enabled add",
    "2001:db8:1::/64 dev eth1",
    "default via fd00::2 dev eth0 metric 5",
    "unreachable 2001:db8:2::/64",
    "2001:db8:3::/64 from fd00:7::/64 dev eth0 pref high",
    "2001:db8:4::/64 table 9 nexthop via fd00::2 dev eth0 nexthop via fd00::3 dev eth0 weight 4",
]

RULES = [
    "from 192.0.2.0/24 table 1",
    "to 192.0.2.0/24 table 2",
    "from 192.0.2.0/24 to 198.51.100.0/24 table 3 iif eth0 oif eth1 tos 16 fwmark 24/12 "
    "realms 30/20 priority 39",
    "from 192.0.2.9/24 lookup main order 5",
    "not from 192.0.2.1 table default preference 6",
    "from 192.0.2.1 goto 40 priority 7",
    "from 192.0.2.1 type blackhole priority 8",
    "from 192.0.2.1 prohibit priority 9",
    "from 192.0.2.1 nop priority 10",
    "from 192.0.2.1 l3mdev priority 11",
    "ipproto udp sport 10-20 dport 20-30 table 9 priority 12",
    "uidrange 10000-19999 table 9 priority 13",
    "table main suppress_prefixlength 0 suppress_ifgroup 4 priority 14",
    "tunnel-id 5 table 4 priority 15",
    "from 2001:db8::/32 table 4 priority 16",
]


# Names that only this directory of iproute2 has.
IPROUTE2 = {
    "rt_tables": "100\tblue\n",
    "rt_protos": "151 mine # a comment\n",
    "rt_scopes": "150 county\n",
    "rt_realms": "4 PQA\n",
    "rt_dsfield": "0x04 cheap\n",
    "group": "8 uplinks\n",
}

NAMED_ROUTES = [
    "198.18.1.0/24 via 10.0.0.2 table blue",
    "198.18.2.0/24 dev eth0 scope county tos cheap",
    "198.18.3.0/24 via 10.0.0.2 dev eth0 realms PQA/0x14",
]

NAMED_RULES = [
    "from 192.0.2.1 table blue priority 5",
    "from 192.0.2.1 table 7 realms PQA/PQA suppress_ifgroup uplinks priority 6",
]


def under_keepalived(host, rule_count):
    """Returns the routes and rules that keepalived has installed while it is Active."""
    command = host.inside("keepalived", "--dont-fork", "--log-console",
                          "--no-syslog", "--vrrp", "--use-file", host.path,
                          "--pid", f"{host.path}.pid", "--vrrp_pid", f"{host.path}.vrrp.pid")
    with open(f"{host.path}.log", "w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        wait_until(lambda: len(host.rules()) == rule_count, "keepalived adds the rules")
        return set(host.routes()), host.rules()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=NEVER_SECONDS)


def compare(host, routes, rules):
    host.write(routes, rules)
    keepalived = under_keepalived(host, len(rules))
    assert host.routes() == host.rules() == []
    assert host.change("add") == []
    assert (set(host.routes()), host.rules()) == keepalived
    assert len(keepalived[0]) == len(routes)


def test_same_routes_and_rules(tmp_path):
    with Host(f"xk{os.getpid()}", tmp_path / "routes.conf") as host:
        compare(host, ROUTES, RULES)


def test_same_names_of_iproute2(tmp_path):
    for name, text in IPROUTE2.items():
        (tmp_path / name).write_text(text)
    with Host(f"xk{os.getpid()}", tmp_path / "routes.conf", tmp_path) as host:
        compare(host, NAMED_ROUTES, NAMED_RULES)
        host.change("remove")
        host.write(["198.18.4.0/24 via 10.0.0.2 protocol mine"])
        assert host.change("add") == []
        assert len(host.routes("151")) == 1
