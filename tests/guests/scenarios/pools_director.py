#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeatd as a director with the kernel's IPVS: nginx servers and a client that keeps connections. A
drained server breaks none of them; a killed one gets no new ones; a crash, a restart and a reload of
xbeatd leave what is in the kernel; what another program removes is put back; a stop leaves nothing."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))

from tests.guests.ipvs import run, table  # noqa: E402 (needs the path above)

BUILD = pathlib.Path(os.environ["BUILD"])
WORK = pathlib.Path("/run/director")
VIP = "10.0.0.100"
SERVERS = {1: "10.1.1.2", 2: "10.1.2.2"}
KEPT = 40  # connections of the client
DEADLINE_SECONDS = 90

NGINX = """
daemon off;
pid {work}/nginx-{n}.pid;
error_log {work}/nginx-{n}.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 1000000;
    keepalive_timeout 600s;
    server {{
        listen {address}:80 backlog=1024;
        location / {{ return 200 "{n}"; }}
    }}
}}
"""


def wait(predicate, what):
    end = time.monotonic() + DEADLINE_SECONDS
    while not (value := predicate()):
        assert time.monotonic() < end, f"{what}; {table()}; {(WORK / 'log').read_text()[-3000:]}"
        time.sleep(0.05)
    return value


def make_network():
    """The client is in a namespace, so are the servers; the director routes between them."""
    run("modprobe", "ip_vs")
    run("sysctl", "-qw", "net.ipv4.ip_forward=1")
    run("ip", "link", "set", "lo", "up")
    for name, subnet in (("client", "10.0.0"), ("server1", "10.1.1"), ("server2", "10.1.2")):
        run("ip", "netns", "add", name)
        run("ip", "link", "add", f"d-{name}", "type", "veth", "peer", "name", "eth0", "netns", name)
        run("ip", "address", "add", f"{subnet}.1/24", "dev", f"d-{name}")
        run("ip", "link", "set", f"d-{name}", "up")
        for words in (("link", "set", "lo", "up"), ("address", "add", f"{subnet}.2/24", "dev", "eth0"),
                      ("link", "set", "eth0", "up"), ("route", "add", "default", "via", f"{subnet}.1")):
            run("ip", "-n", name, *words)
    run("ip", "address", "add", f"{VIP}/32", "dev", "d-client")


def start_nginx(number):
    path = WORK / f"nginx-{number}.conf"
    path.write_text(NGINX.format(n=number, address=SERVERS[number], work=WORK))
    return subprocess.Popen(["ip", "netns", "exec", f"server{number}", "nginx", "-c", path])


def configuration(*lines):
    servers = "".join(f"""
    real_server {address} 80 {{
        HTTP_GET {{
            url {{
                path /
            }}
            connect_timeout 5
            retry 0
        }}
    }}""" for address in SERVERS.values())
    (WORK / "conf").write_text(f"""
virtual_server {VIP} 80 {{
    delay_loop 0.5
    warmup 0
    lvs_sched rr
    lvs_method NAT
    protocol TCP
    {' '.join(lines)}{servers}
}}
""")
    return WORK / "conf"


class Director:
    def start(self):
        with open(WORK / "log", "a") as log:
            self.process = subprocess.Popen([BUILD / "xbeatd", "-f", "-c", WORK / "conf", "-i", "director"],
                                            stdout=log, stderr=log)
        wait(lambda: self.ctl("status", check=False).returncode == 0, "xbeatd answers")
        return self

    def ctl(self, *words, check=True):
        return subprocess.run([BUILD / "xbeatctl", "-i", "director", "-j", *words], check=check, text=True,
                              capture_output=True)

    def servers(self):
        pool = json.loads(self.ctl("pool", "show").stdout)
        text = json.dumps(pool)
        assert SERVERS[1] in text, text
        pools = pool["pools"] if isinstance(pool, dict) else pool
        return {server["address"]: server for server in pools[0]["servers"]}

    def server(self, number):
        return self.servers()[f"{SERVERS[number]}:80"]


def in_client(script, *words):
    return subprocess.Popen(["ip", "netns", "exec", "client", "/usr/bin/python3", "-c", script, *map(str, words)],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


ASK = """
import http.client, sys
answers = []
for _ in range(int(sys.argv[2])):
    connection = http.client.HTTPConnection(sys.argv[1], timeout=20)
    connection.request("GET", "/")
    answers.append(connection.getresponse().read().decode())
    connection.close()
print(" ".join(answers))
"""
# Keeps connections; for each line of stdin a request on each of them, and who answered: "x" is a reset.
KEEP = """
import http.client, sys
connections = [http.client.HTTPConnection(sys.argv[1], timeout=8) for _ in range(int(sys.argv[2]))]
for line in sys.stdin:
    answers = []
    for connection in connections:
        try:
            if connection.sock is None and line.strip() != "open":
                raise ConnectionResetError
            connection.request("GET", "/")
            answers.append(connection.getresponse().read().decode())
        except OSError:
            answers.append("x")
            connection.close()
    print("".join(answers), flush=True)
"""


def ask(count=20):
    """Who answers new connections, in order."""
    process = in_client(ASK, VIP, count)
    output = process.communicate(timeout=300)[0]
    assert process.returncode == 0, output
    return output.split()


class Kept:
    def __init__(self):
        self.process = in_client(KEEP, VIP, KEPT)
        self.first = self.request("open")

    def request(self, word="again"):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def close(self):
        self.process.stdin.close()
        self.process.wait(60)


def line(number, weight):
    return f"-a -t {VIP}:80 -r {SERVERS[number]}:80 -m -w {weight}"


def service():
    return f"-A -t {VIP}:80 -s rr"


def test_drain_and_death(director, nginx):
    kept = Kept()
    assert sorted(set(kept.first)) == ["1", "2"], kept.first
    director.ctl("pool", "drain", SERVERS[1])
    wait(lambda: line(1, 0) in table(), "the drained server has weight 0")
    assert set(ask()) == {"2"}
    assert kept.request() == kept.first, "connections of a drained server go on"
    director.ctl("pool", "enable", SERVERS[1])
    wait(lambda: line(1, 1) in table(), "it is back")
    assert set(ask()) == {"1", "2"}
    nginx[2].send_signal(signal.SIGKILL)
    for pid in run("ip", "netns", "pids", "server2").split():
        os.kill(int(pid), signal.SIGKILL)
    wait(lambda: not any(SERVERS[2] in each for each in table()), "the killed server is removed")
    assert set(ask()) == {"1"}
    assert kept.request().replace("x", "") == "1" * kept.first.count("1"), "the others' connections go on"
    kept.close()
    nginx[2] = start_nginx(2)
    wait(lambda: line(2, 1) in table(), "it comes back")
    print("drain and death: ok")


def test_what_stays(director):
    kept = Kept()
    before = table()
    director.process.kill()
    director.process.wait()
    assert table() == before, "a crash leaves the kernel as it is"
    director.start()
    assert kept.request() == kept.first and table() == before
    configuration("quorum 2")
    director.ctl("reload")
    assert kept.request() == kept.first and table() == before
    old = director.process
    seen, pid = set(), None
    restart = subprocess.Popen([BUILD / "xbeatctl", "-i", "director", "-j", "restart"], stdout=subprocess.PIPE, text=True)
    while restart.poll() is None:
        seen.add(tuple(table()))
    pid = json.loads(restart.stdout.read())["pid"]
    old.wait(DEADLINE_SECONDS)
    for _ in range(20):
        seen.add(tuple(table()))
    assert seen == {tuple(before)}, f"a restart changes nothing for a moment either: {seen}"
    assert kept.request() == kept.first
    kept.close()
    print("crash, reload, restart: ok")
    return pid


def test_put_back(director):
    run("ipvsadm", "-d", "-t", f"{VIP}:80", "-r", f"{SERVERS[1]}:80")
    wait(lambda: line(1, 1) in table(), "what another program has removed is put back")
    wait(lambda: "restored" in director.ctl("events").stdout, "and reported")
    print("put back: ok")


def main():
    WORK.mkdir()
    make_network()
    configuration()
    nginx = {number: start_nginx(number) for number in SERVERS}
    director = Director().start()
    wait(lambda: table() == sorted([service(), line(1, 1), line(2, 1)]), "both servers are in the kernel")
    assert set(ask()) == {"1", "2"}
    test_drain_and_death(director, nginx)
    pid = test_what_stays(director)
    test_put_back(director)
    os.kill(pid, signal.SIGTERM)
    wait(lambda: table() == [], "a stop removes all")
    print((WORK / "log").read_text()[-4000:])


main()
