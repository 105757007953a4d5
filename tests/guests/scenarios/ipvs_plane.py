#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The data plane IPVS on a kernel that has it, beside ipvsadm."""

import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))

from tests.guests.ipvs import Plane, clear, run, table, thresholds  # noqa: E402 (needs the path above)

RECORD = "/run/ipvs_plane.record"
FOREIGN = ("-A -t 10.9.9.9:99 -s rr", "-a -t 10.9.9.9:99 -r 192.168.9.9:99 -g -w 9")
SERVICE = "-A -t 10.0.0.1:80 -s rr"
LOOK_MS = 7000  # a look comes each 5 s


def server(number, weight=1):
    return f"-a -t 10.0.0.1:80 -r 192.168.0.{number}:80 -m -w {weight}"


def check_table(*lines):
    assert table() == sorted(lines), table()


def add_foreign():
    for line in FOREIGN:
        run("ipvsadm", *line.split())


def two_servers(*settings):
    plane = Plane(*settings)
    plane.set("service tcp 10.0.0.1 80 scheduler=rr", "server tcp 10.0.0.1 80 192.168.0.1 80",
              "server tcp 10.0.0.1 80 192.168.0.2 80 weight=3", "complete")
    return plane


def add_change_remove():
    plane = Plane()
    plane.set("service tcp 10.0.0.1 80 scheduler=rr", "server tcp 10.0.0.1 80 192.168.0.1 8080",
              "server tcp 10.0.0.1 80 192.168.0.2 80 weight=3 method=DR upper=20 lower=10",
              "complete")
    check_table("-A -t 10.0.0.1:80 -s rr",
                "-a -t 10.0.0.1:80 -r 192.168.0.1:8080 -m -w 1",
                "-a -t 10.0.0.1:80 -r 192.168.0.2:80 -g -w 3")
    assert thresholds() == {"192.168.0.1:8080": (0, 0), "192.168.0.2:80": (20, 10)}
    plane.set("service tcp 10.0.0.1 80 scheduler=wrr persistence=300",
              "server tcp 10.0.0.1 80 192.168.0.1 8080 weight=0",
              "remove-server tcp 10.0.0.1 80 192.168.0.2 80")
    check_table("-A -t 10.0.0.1:80 -s wrr -p 300",
                "-a -t 10.0.0.1:80 -r 192.168.0.1:8080 -m -w 0")
    plane.set("remove-service tcp 10.0.0.1 80")
    check_table()
    assert plane.reports == []
    plane.end()


def every_kind():
    """Schedulers' flags, marks, IPv6, tunnels, a tunnel to the other family."""
    plane = Plane()
    plane.set("service mark 7 4 scheduler=mh flags=3",
              "server mark 7 4 192.168.0.1 0 method=TUN tunnel=gue tunnel_port=6080 checksum=csum",
              "server mark 7 4 192.168.0.2 0 method=TUN tunnel=gre",
              "server mark 7 4 fd00::9 0 method=TUN",
              "service udp fd00::99 53 scheduler=sh flags=2 ops",
              "server udp fd00::99 53 fd00::1 53 weight=5",
              "service sctp 10.0.0.1 80 persistence=60 mask=255.255.255.0",
              "service udp 10.0.0.1 5060 scheduler=rr persistence=50 engine=sip", "complete")
    check_table("-A -f 7 -s mh -b mh-fallback,mh-port",
                "-a -f 7 -r 192.168.0.1:0 -i -w 1 --tun-type gue --tun-port 6080 --tun-csum",
                "-a -f 7 -r 192.168.0.2:0 -i -w 1 --tun-type gre --tun-nocsum",
                "-a -f 7 -r [fd00::9]:0 -i -w 1 --tun-type ipip",
                "-A -u [fd00::99]:53 -s sh -o -b sh-port",
                "-a -u [fd00::99]:53 -r [fd00::1]:53 -m -w 5",
                "-A --sctp-service 10.0.0.1:80 -s wlc -p 60 -M 255.255.255.0",
                "-A -u 10.0.0.1:5060 -s rr -p 50 --pe sip")
    assert plane.reports == []
    plane.set(wait=LOOK_MS)  # what the kernel reports of it is the same
    assert plane.reports == []
    plane.end()
    check_table()


def shared():
    """Two pools of a group with a mark: what one has alone goes with it, what both have with the last one."""
    plane = Plane()
    plane.set(*(line for pool in ("@G:0/tcp", "@G:1/udp") for line in (
        f"service mark 20 4 {pool} scheduler=rr", f"server mark 20 4 {pool} 192.168.0.1 0 method=DR")),
              "server mark 20 4 @G:0/tcp 192.168.0.2 0 method=DR", "server mark 20 4 @G:1/udp 192.168.0.3 0 method=DR",
              "complete")
    def line(number):
        return f"-a -f 20 -r 192.168.0.{number}:0 -g -w 1"
    check_table("-A -f 20 -s rr", line(1), line(2), line(3))
    plane.set("remove-server mark 20 4 @G:1/udp 192.168.0.1 0 method=DR")
    check_table("-A -f 20 -s rr", line(1), line(2), line(3))
    plane.set("server mark 20 4 @G:1/udp 192.168.0.1 0 method=DR", "remove-service mark 20 4 @G:0/tcp")
    check_table("-A -f 20 -s rr", line(1), line(3))
    plane.set("service mark 20 4 @G:0/udp scheduler=rr", "server mark 20 4 @G:0/udp 192.168.0.3 0 method=DR",
              "remove-service mark 20 4 @G:1/udp")  # a reload gave the pool another number
    check_table("-A -f 20 -s rr", line(3))
    plane.set("remove-service mark 20 4 @G:0/udp")
    check_table()
    assert plane.reports == []
    plane.end()


def adoption():
    """What a killed daemon left: what is wanted stays, the rest goes, others' entries stay."""
    add_foreign()
    plane = two_servers(f"record={RECORD}")
    plane.set("service udp 10.0.0.1 53")
    plane.kill()
    check_table(*FOREIGN, SERVICE, server(1), server(2, 3), "-A -u 10.0.0.1:53 -s wlc")
    plane = Plane(f"record={RECORD}")
    plane.set("service tcp 10.0.0.1 80 scheduler=rr", "server tcp 10.0.0.1 80 192.168.0.2 80 weight=4")
    check_table(*FOREIGN, SERVICE, server(1), server(2, 4), "-A -u 10.0.0.1:53 -s wlc")
    plane.set("complete")
    check_table(*FOREIGN, SERVICE, server(2, 4))
    assert plane.reports == ["ipvs_plane: ipvs: removed 2 services and servers that an earlier daemon had left"]
    plane.end("keep")
    check_table(*FOREIGN, SERVICE, server(2, 4))
    Plane(f"record={RECORD}").end()  # it ends before it has read what is there
    check_table(*FOREIGN)
    assert not pathlib.Path(RECORD).exists()


def put_back():
    plane = two_servers()
    run("ipvsadm", "-e", "-t", "10.0.0.1:80", "-r", "192.168.0.2:80", "-m", "-w", "7")
    run("ipvsadm", "-d", "-t", "10.0.0.1:80", "-r", "192.168.0.1:80")
    run("ipvsadm", "-a", "-t", "10.0.0.1:80", "-r", "192.168.0.3:80", "-m")
    add_foreign()
    plane.set(wait=LOOK_MS)
    check_table(*FOREIGN, SERVICE, server(1), server(2, 3))
    assert sorted(plane.reports) == [
        "restored 10.0.0.1 80 server 192.168.0.1 80: it had been removed",
        "restored 10.0.0.1 80 server 192.168.0.2 80: weight 7 instead of 3",
        "restored 10.0.0.1 80 server 192.168.0.3 80: server 192.168.0.3 port 80 had been added"], plane.reports
    plane.reports.clear()
    run("ipvsadm", "-D", "-t", "10.0.0.1:80")
    plane.set(wait=LOOK_MS)
    check_table(*FOREIGN, SERVICE, server(1), server(2, 3))
    assert plane.reports[0] == "restored 10.0.0.1 80: it had been removed", plane.reports
    plane.reports.clear()
    run("ipvsadm", "-E", "-t", "10.0.0.1:80", "-s", "wrr")
    plane.set(wait=LOOK_MS)
    assert plane.reports == ["restored 10.0.0.1 80: scheduler wrr instead of rr"], plane.reports
    # What this daemon changes meanwhile is not reported.
    plane.reports.clear()
    run("ipvsadm", "-D", "-t", "10.0.0.1:80")
    plane.set("server tcp 10.0.0.1 80 192.168.0.1 80 weight=2")
    check_table(*FOREIGN, SERVICE, server(1, 2), server(2, 3))
    plane.end()
    check_table(*FOREIGN)


def refusals():
    plane = Plane()
    plane.set("service tcp 10.0.0.1 80 scheduler=nonesuch", "server tcp 10.0.0.1 80 192.168.0.1 80",
              "service udp 10.0.0.1 80 scheduler=rr", "server udp 10.0.0.1 80 fd00::1 80", "complete",
              wait=2500)
    assert plane.reports == [
        "refused 10.0.0.1 80: the kernel has no scheduler nonesuch (modprobe ip_vs_nonesuch)",
        "refused 10.0.0.1 80 server fd00::1 80: ip_vs refuses the settings: a server of the other family "
        "needs lvs_method TUN and no sync daemon"], plane.reports
    plane.set("service tcp 10.0.0.1 80 scheduler=rr")
    check_table(SERVICE, server(1), "-A -u 10.0.0.1:80 -s rr")
    plane.end()
    check_table()


def timeouts():
    def now():
        return run("ipvsadm", "-L", "--timeout").split(":")[-1].split()
    run("ipvsadm", "--set", "1000", "100", "200")
    plane = Plane(f"record={RECORD}", "timeouts=900,0,300")
    plane.set("complete")
    assert now() == ["900", "100", "300"]
    plane.set("reload timeouts=800,90,300")
    assert now() == ["800", "90", "300"]
    plane.kill()
    plane = Plane(f"record={RECORD}", "timeouts=700,80,300")
    plane.set("complete")
    assert now() == ["700", "80", "300"]
    plane.set("reload")
    assert now() == ["1000", "100", "200"]
    plane.set("reload timeouts=700,80,300")
    plane.end()
    assert now() == ["1000", "100", "200"]


def flushes():
    add_foreign()
    plane = two_servers("flush", "flush_on_stop")
    check_table(SERVICE, server(1), server(2, 3))
    add_foreign()
    plane.set(wait=LOOK_MS)
    check_table(*FOREIGN, SERVICE, server(1), server(2, 3))
    plane.end()
    check_table()


def sync_daemons():
    def running():
        return [line.rstrip(")").replace(",", "").split(" (")[0] + " " + line.split("(")[1].split(")")[0]
                for line in run("ipvsadm", "-L", "--daemon").splitlines()]
    sync = ("sync=lo", "maxlen=1400", "port=8850", "ttl=3", "group=224.0.0.90")
    plane = Plane(*sync)
    plane.set("complete")
    print(run("ipvsadm", "-L", "--daemon"))
    assert [line.split()[0] for line in running()] == ["master", "backup"], running()
    run("ipvsadm", "--stop-daemon=master")
    plane.set(wait=LOOK_MS)
    assert [line.split()[0] for line in running()] == ["master", "backup"], running()
    plane.end()
    assert running() == []
    settings = (*sync, "sync_instance", f"record={RECORD}")
    plane = Plane(*settings)
    plane.set("complete")
    assert running() == []
    plane.set("sync backup 51")
    assert [line.split()[0] for line in running()] == ["backup"], running()
    began = time.monotonic()
    plane.set("sync master 51", wait=0)
    print("from backup to master:", time.monotonic() - began)
    assert [line.split()[0] for line in running()] == ["master"], running()
    plane.kill()
    plane = Plane(f"record={RECORD}")
    plane.set("complete")
    assert running() == []
    plane.end()


def ruleset():
    return run("nft", "list", "ruleset")


RULESET = """\
table ip keepalived_ipvs {
	map tcp_map {
		type ipv4_addr . inet_service : mark
		flags interval
		elements = { 10.0.0.1 . 80 : 0x000003e8,
			     10.0.1.2-10.0.1.4 . 81 : 0x000003e9 }
	}

	map udp_map {
		type ipv4_addr . inet_service : mark
		flags interval
		elements = { 10.0.0.1 . 80 : 0x000003ea }
	}

	chain in {
		type filter hook input priority filter - 1; policy accept;
		meta mark set ip daddr . tcp dport map @tcp_map return
		meta mark set ip daddr . udp dport map @udp_map return
	}
}
table ip6 keepalived_ipvs {
	map tcp_map {
		type ipv6_addr . inet_service : mark
		flags interval
		elements = { fd00::1 . 80 : 0x000003e8 }
	}

	chain in {
		type filter hook input priority filter - 1; policy accept;
		meta mark set ip6 daddr . tcp dport map @tcp_map return
	}
}
"""
MARKED = ("-A -f 1000 -s rr", "-a -f 1000 -r 192.168.0.1:8080 -m -w 1", "-A -f 1000 -6 -s rr",
          "-A -f 1001 -s rr", "-a -f 1001 -r 192.168.0.1:0 -g -w 1", "-A -f 1002 -s wlc")


def nftables():
    settings = (f"record={RECORD}", "nftables=keepalived_ipvs")
    first = [f"service tcp {address} 80 scheduler=rr group=A:tcp" for address in ("10.0.0.1", "fd00::1")]
    second = [f"service tcp 10.0.1.{number} 81 scheduler=rr group=B:tcp" for number in (2, 3, 4)]
    servers = ["server tcp 10.0.0.1 80 192.168.0.1 8080",
               *(f"server tcp 10.0.1.{number} 81 192.168.0.1 81 method=DR" for number in (2, 3, 4))]
    plane = Plane(*settings)
    plane.set(*first, *second, "service udp 10.0.0.1 80 group=A:udp", *servers, "complete")
    check_table(*MARKED)
    assert ruleset() == RULESET, ruleset()
    run("nft", "flush", "ruleset")
    plane.set(wait=LOOK_MS)
    assert ruleset() == RULESET, ruleset()
    assert plane.reports == ["restored 10.0.0.1 80: its table of nftables had been removed or changed"]
    plane.kill()
    plane = Plane(*settings)  # in another order: the marks stay with their pools
    plane.set(*second, *first, *servers, "complete")
    check_table(*MARKED[:-1])
    plane.set("reload", *first, *second, "complete")  # without nftables
    assert ruleset() == ""
    check_table(SERVICE, "-a -t 10.0.0.1:80 -r 192.168.0.1:8080 -m -w 1", "-A -t [fd00::1]:80 -s rr",
                *(line for number in (2, 3, 4) for line in (
                    f"-A -t 10.0.1.{number}:81 -s rr", f"-a -t 10.0.1.{number}:81 -r 192.168.0.1:81 -g -w 1")))
    plane.set("reload nftables=other", *first, *second, "complete")
    check_table(*MARKED[:-1])
    assert ruleset().startswith("table ip other {"), ruleset()
    # An address moves from one pool to another, which is set before the first one is removed.
    plane.set("service tcp 10.0.0.1 80 @B:tcp scheduler=rr group=B:tcp")
    plane.do("remove-service tcp 10.0.0.1 80 @A:tcp")
    plane.set("complete")
    check_table(*MARKED[2:-1])
    assert "10.0.0.1 . 80 : 0x000003e9" in ruleset(), ruleset()
    plane.kill()
    plane = Plane(f"record={RECORD}")
    plane.set("complete")
    check_table()
    assert ruleset() == ""
    plane.end()


def main():
    checks = (add_change_remove, every_kind, shared, adoption, put_back, refusals, timeouts, flushes,
              sync_daemons, nftables)
    checks = [check for check in checks if not sys.argv[1:] or check.__name__ in sys.argv[1:]]
    for check in checks:
        clear()
        check()
        print(check.__name__, "ok", flush=True)


main()
