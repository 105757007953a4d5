#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""keepalived and xbeatd, one after the other, make the same of the same keepalived.conf: in IPVS, in
nftables, of timeouts and sync daemons. Servers that fail their checks are among them."""

import difflib
import os
import pathlib
import re
import socket
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))

from tests.guests.ipvs import clear, run, table, thresholds  # noqa: E402 (needs the path above)

CONFIGURATION = pathlib.Path("/run/pools.conf")
OPEN, CLOSED = 8001, 8002  # ports
DEADLINE_SECONDS = 60

CHECK = """TCP_CHECK {
            connect_ip 127.0.0.1
            connect_port %d
            connect_timeout 2
            retry 0
        }"""
TEXT = f"""
global_defs {{
    nftables_ipvs
    lvs_timeouts tcp 800 tcpfin 90 udp 250
    lvs_sync_daemon lo id 7
}}
virtual_server_group mapped {{
    10.1.0.1 80
    10.1.0.2-5 81
    10.1.1.0/30 80
}}
virtual_server_group marked {{
    fwmark 20
    10.1.2.1 80
}}
virtual_server 10.0.0.1 80 {{
    delay_loop 1
    lvs_sched rr
    lvs_method NAT
    protocol TCP
    real_server 192.168.0.1 8080 {{
        weight 3
        {CHECK % OPEN}
    }}
    real_server 192.168.0.2 80 {{
        {CHECK % CLOSED}
    }}
    real_server 192.168.0.3 80 {{
        inhibit_on_failure
        {CHECK % CLOSED}
    }}
    real_server 192.168.0.4 80 {{
        weight 5
        uthreshold 200
        lthreshold 100
    }}
}}
virtual_server 10.0.0.2 80 {{
    delay_loop 1
    lvs_sched wrr
    lvs_method DR
    protocol TCP
    persistence_timeout 120
    persistence_granularity 255.255.255.0
    sorry_server 192.168.0.9 80
    real_server 192.168.0.2 80 {{
        {CHECK % CLOSED}
    }}
}}
virtual_server 10.0.0.3 80 {{
    lvs_sched sh
    sh-port
    sh-fallback
    lvs_method TUN type gue port 6080 csum
    protocol TCP
    quorum 3
    real_server 192.168.0.1 80 {{
    }}
    real_server 192.168.0.2 80 {{
        lvs_method TUN type gre nocsum
    }}
}}
virtual_server 10.0.0.4 53 {{
    lvs_sched mh
    mh-port
    ops
    lvs_method NAT
    protocol UDP
    real_server 192.168.0.1 5353 {{
        weight 0
    }}
}}
virtual_server 10.0.0.5 5060 {{
    lvs_sched rr
    lvs_method NAT
    protocol UDP
    persistence_timeout 60
    persistence_engine sip
    real_server 192.168.0.1 5060 {{
    }}
}}
virtual_server fd00::1 443 {{
    lvs_sched wlc
    lvs_method DR
    protocol TCP
    persistence_timeout 60
    persistence_granularity 64
    real_server fd00::11 443 {{
    }}
}}
virtual_server 10.0.0.6 0 {{
    lvs_sched lc
    lvs_method DR
    protocol TCP
    persistence_timeout 50
    real_server 192.168.0.1 0 {{
    }}
}}
virtual_server fwmark 7 {{
    lvs_sched nq
    lvs_method DR
    real_server 192.168.0.1 {{
    }}
}}
virtual_server fwmark 8 {{
    ip_family inet6
    lvs_sched dh
    lvs_method TUN
    real_server fd00::11 {{
    }}
}}
virtual_server group mapped {{
    lvs_sched rr
    lvs_method NAT
    protocol TCP
    real_server 192.168.0.1 8080 {{
    }}
}}
virtual_server group mapped {{
    lvs_sched sed
    lvs_method DR
    protocol UDP
    real_server 192.168.0.1 80 {{
    }}
}}
virtual_server group marked {{
    lvs_sched fo
    lvs_method DR
    protocol SCTP
    real_server 192.168.0.1 80 {{
    }}
}}
"""


def seen():
    """All that a client of the kernel can see, as lines."""
    limits = [f"{server} {limit}" for server, limit in sorted(thresholds().items())]
    timeouts = run("ipvsadm", "-L", "--timeout").splitlines()
    daemons = sorted(run("ipvsadm", "-L", "--daemon").splitlines())
    return [*table(), *limits, *timeouts, *daemons, *ruleset()]


def ruleset():
    """The elements of a map, whose order means nothing, are sorted."""
    text = run("nft", "list", "ruleset")
    return re.sub(r"{ ([^{}]*) }", lambda found: " ".join(sorted(re.split(r",\s*", found[1]))), text).splitlines()


def settled(program, wanted=None):
    """What is seen once it stays the same for three seconds, and is as wanted."""
    last, since = seen(), time.monotonic()
    end = since + DEADLINE_SECONDS
    while time.monotonic() < end:
        time.sleep(0.5)
        assert program.poll() is None, program.args
        now = seen()
        if now != last:
            last, since = now, time.monotonic()
        if time.monotonic() - since > 3 and (not wanted or now == wanted):
            break
    return last


def end(program):
    program.terminate()
    assert program.wait(30) == 0, program.args


def play(argv, wanted=None):
    log = open("/run/program.log", "w")
    program = subprocess.Popen(argv, stdout=log, stderr=subprocess.STDOUT)
    try:
        lines = settled(program, wanted)
        end(program)
    except BaseException:
        print(pathlib.Path("/run/program.log").read_text())
        raise
    return lines


def listen():
    listener = socket.create_server(("127.0.0.1", OPEN), backlog=100)
    if os.fork() == 0:
        while True:
            listener.accept()[0].close()
    listener.close()


def main():
    listen()
    CONFIGURATION.write_text(TEXT)
    run("modprobe", "ip_vs")
    before = seen()
    expected = play(["keepalived", "-n", "-l", "-D", "-C", "-f", str(CONFIGURATION)])
    print("keepalived:", *expected, sep="\n    ")
    assert seen() == before, seen()
    clear()
    found = play([f"{os.environ['BUILD']}/xbeatd", "-n", "-l", "-G", "-f", str(CONFIGURATION)], expected)
    difference = list(difflib.unified_diff(expected, found, "keepalived", "xbeatd", lineterm=""))
    print(*difference, sep="\n")
    if difference:
        print(pathlib.Path("/run/program.log").read_text())
    assert not difference
    assert seen() == before, seen()


main()
