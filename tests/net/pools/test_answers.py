# SPDX-License-Identifier: GPL-2.0-or-later
"""What answers are good: each keyword of HTTP_GET, SSL_GET, PING_CHECK and TCP_SESSION from a
configuration to the state of a server. One daemon checks all cases, each in a pool of its own."""

import pytest

from tests.net.pools.test_layer7 import start_nginx
from tests.support.authority import Authority
from tests.support.checker import HOLD, serve
from tests.support.configuration import block
from tests.support.laboratory import Laboratory, wait_until
from tests.support.pools import VIP, Pools, Server, real_server, virtual_server

NAME = "www.example.com"
SERVERS = """
server {{ listen 8001; default_type text/plain;
    location /a {{ return 200 "all is Well"; }} location /r {{ return 302 /a; }} location /s {{ return 418; }} }}
server {{ listen 8002 http2; return 200 ok; }}
server {{ listen 8443 ssl; ssl_certificate {certificate}; ssl_certificate_key {key};
    if ($ssl_server_name = "{name}") {{ return 200 ok; }} return 404; }}
"""
QUICK = ("connect_timeout 2", "retry 0")


def get(*url, path="/a", lines=()):
    return block("HTTP_GET", *QUICK, block("url", f"path {path}", *url), *lines)


def tls(*lines):
    return block("SSL_GET", *QUICK, "connect_port 8443", "path /", *lines)


# name: a check, and whether its server is up.
CASES = {
    "status": (get(), True),
    "status that is not good": (get(path="/s"), False),
    "status wanted": (get("status_code 418", path="/s"), True),
    "status in a range": (get("status_code 200 400-420", path="/s"), True),
    "status not in a range": (get("status_code 200 400-417", path="/s"), False),
    "regex": (get('regex "is W.ll"'), True),
    "regex of the head": (get('regex "^HTTP/1.1 200 "'), True),
    "regex without a match": (get('regex "is well"'), False),
    "regex_options": (get('regex "is well"', "regex_options caseless"), True),
    "regex_no_match": (get('regex "is ill"', "regex_no_match"), True),
    "regex_no_match with a match": (get("regex Well", "regex_no_match"), False),
    "regex_min_offset": (get('regex "HTTP/1"', "regex_min_offset 1"), False),
    "regex_max_offset": (get("regex Well", "regex_max_offset 9"), False),
    "regex_max_offset after it": (get('regex "HTTP/1"', "regex_max_offset 9"), True),
    "redirect": (get(path="/r"), False),
    "follow_redirects": (get(path="/r", lines=["follow_redirects"]), True),
    "http 2": (get(lines=["http_protocol 2", "connect_port 8002"]), True),
    "http 2 of a server without": (get(lines=["http_protocol 2"]), False),
    "tls without a name": (tls(), False),
    "enable_sni": (tls("enable_sni", f"virtualhost {NAME}"), True),
    "sni_name": (tls("enable_sni", f"sni_name {NAME}", "virtualhost other.example.com"), True),
    "another sni_name": (tls("enable_sni", "sni_name other.example.com", f"virtualhost {NAME}"), False),
    "verify": (tls("verify", f"virtualhost {NAME}"), True),
    "verify another name": (tls("verify", "enable_sni", "sni_name other.example.com"), False),
    "http to a port of tls": (get(lines=["connect_port 8443"]), False),
    "tls to a port of http": (tls("port 8001"), False),
    "ping": (block("PING_CHECK", *QUICK), True),
    "ping of none": (block("PING_CHECK", *QUICK, "connect_ip 10.77.0.250"), False),
    "session": (block("TCP_SESSION", *QUICK), True),
    "session of none": (block("TCP_SESSION", *QUICK, "connect_port 1"), False),
}


@pytest.fixture(scope="module")
def states(tmp_path_factory):
    """Whether each server is up, by the name of its case."""
    folder = tmp_path_factory.mktemp("answers")
    authority = Authority(folder)
    certificate, key = authority.issue(NAME, f"DNS:{NAME}")
    with Laboratory("answers", nodes=2) as lab:
        start_nginx(lab, SERVERS.format(certificate=certificate, key=key, name=NAME))
        server = Server(lab, "node-b", 8001)
        ports = {name: port for port, name in enumerate(CASES, 1000)}
        node = Pools(lab, "node-a", block("SSL", f"ca {authority.certificate}"), *(
            virtual_server(real_server(server, check=check), port=ports[name]) for name, (check, _) in CASES.items())).start()
        found = {name: (lambda port=port: node.server(server, f"{VIP}:{port}/tcp")) for name, port in ports.items()}
        wait_until(lambda: not any("unchecked" in each()["checks"][0] for each in found.values()), "all are checked")
        yield {name: each() for name, each in found.items()}


@pytest.mark.parametrize("name", CASES)
def test_state(states, name):
    assert states[name]["state"] == ("up" if CASES[name][1] else "down"), states[name]["checks"]


@pytest.mark.laboratory(nodes=2)
def test_a_session_ends_at_once(lab):
    """Not when the next check would be made."""
    listener = serve(lab, "node-b", 8001, HOLD)
    server = Server(lab, "node-b", 8001)
    check = block("TCP_SESSION", *QUICK, "delay_loop 3600", "keepalive_idle 1", "keepalive_interval 1",
                  "keepalive_count 2", "user_timeout 1.5")
    node = Pools(lab, "node-a", virtual_server(real_server(server, check=check))).start()
    node.wait_checked(server)
    shown = lab.run("node-a", "ss", "-Htno", "dst", f"{server.ip}:8001").stdout
    assert "timer:(keepalive," in shown, shown
    listener.end(9)
    assert "by the server after" in node.wait_server(server, "down")["reason"]


@pytest.mark.laboratory(nodes=2)
def test_keepalive_finds_a_dead_host(lab):
    serve(lab, "node-b", 8001, HOLD)
    server = Server(lab, "node-b", 8001)
    check = block("TCP_SESSION", *QUICK, "delay_loop 3600", "keepalive_idle 1", "keepalive_interval 1",
                  "keepalive_count 1", "user_timeout 1.5")
    node = Pools(lab, "node-a", virtual_server(real_server(server, check=check))).start()
    node.wait_checked(server)
    lab.lose("node-b", "out")
    assert "timed out" in node.wait_server(server, "down")["reason"]
