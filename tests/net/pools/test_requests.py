# SPDX-License-Identifier: GPL-2.0-or-later
"""What checks send, from where and to where: each keyword from a configuration to the server's socket."""

import pytest

from tests.support.configuration import block
from tests.support.laboratory import wait_until
from tests.support.pools import Pools, Server, real_server, virtual_server
from tests.support.recorder import AGENT, SMTP, Recorder

pytestmark = pytest.mark.laboratory(nodes=2)
PORT = 9000
SECOND = "10.77.0.77"  # another address of the daemon's machine
BOTH = ("connect_timeout 2", "retry 0")


@pytest.fixture
def recorder(lab):
    lab.run("node-a", "ip", "address", "add", f"{SECOND}/24", "dev", "eth0")
    return Recorder(lab, "node-b", PORT)


@pytest.fixture
def server(lab):
    return Server(lab, "node-b", PORT)


def get(path, *lines):
    return block("HTTP_GET", f"path {path}", *BOTH, *lines)


def start(lab, server, *checks, virtual=(), real=()):
    node = Pools(lab, "node-a", virtual_server(*virtual, real_server(server, *real, check="".join(checks)))).start()
    node.wait_checked(server)
    return node


def head(recorder, path):
    request, *fields = recorder.wait("http", text=f"GET {path} ")["text"].rstrip().split("\r\n")
    return request.rpartition(" ")[2], {name.lower(): value for name, _, value in (field.partition(": ") for field in fields)}


def test_http(lab, recorder, server):
    node = start(lab, server, get("/plain"), get("/1.0C", "http_protocol 1.0C"), get("/1.1", "http_protocol 1.1"),
                 get("/named", "virtualhost own.example.com"),
                 block("HTTP_GET", *BOTH, block("url", "path /url", "virtualhost url.example.com")),
                 get("/header", 'header "X-Check: yes"', 'header "User-Agent: me"'))
    assert node.server(server)["state"] == "up", node.server(server)
    version, fields = head(recorder, "/plain")
    assert (version, fields["host"], fields["user-agent"], "connection" in fields) == (
        "HTTP/1.0", f"{server.ip}:{PORT}", "KeepAliveClient", False)
    version, fields = head(recorder, "/1.0C")
    assert (version, fields["connection"].lower()) == ("HTTP/1.0", "close")
    assert head(recorder, "/1.1")[0] == "HTTP/1.1"
    assert head(recorder, "/named")[1]["host"] == "own.example.com"
    assert head(recorder, "/url")[1]["host"] == "url.example.com"
    fields = head(recorder, "/header")[1]
    assert (fields["x-check"], fields["user-agent"]) == ("yes", "me")


def test_names_of_the_servers(lab, recorder, server):
    start(lab, server, get("/a"), virtual=["virtualhost virtual.example.com"], real=["virtualhost real.example.com"])
    assert head(recorder, "/a")[1]["host"] == "real.example.com"


def test_the_name_of_the_virtual_server(lab, recorder, server):
    start(lab, server, get("/a"), virtual=["virtualhost virtual.example.com"])
    assert head(recorder, "/a")[1]["host"] == "virtual.example.com"


def test_from_where_and_to_where(lab, recorder, server):
    """The server is at an address that nothing answers for."""
    nowhere = Server(lab, "node-b", 1, address="10.77.0.250")
    to = (f"connect_ip {server.ip}", f"connect_port {PORT}")
    node = start(lab, nowhere, get("/plain", *to), get("/port", to[0], f"port {PORT}"), get("/source", *to, f"bindto {SECOND}"),
                 get("/bind-port", *to, f"bindto {SECOND}", "bind_port 7777", "delay_loop 3600"),
                 get("/interface", *to, "bind_if eth0"))
    assert node.server(nowhere)["state"] == "up", node.server(nowhere)
    assert recorder.wait("http", text="GET /plain ")["address"] == lab.address("node-a")
    recorder.wait("http", text="GET /port ")
    assert recorder.wait("http", text="GET /source ")["address"] == SECOND
    found = recorder.wait("http", text="GET /bind-port ")
    assert (found["address"], found["port"]) == (SECOND, 7777)
    recorder.wait("http", text="GET /interface ")


def test_an_interface_without_a_way(lab, recorder, server):
    node = start(lab, server, get("/lo", "bind_if lo"), get("/good"))
    node.wait_server(server, "down")
    assert [check["state"] for check in node.server(server)["checks"]] == ["down", "up"]


def test_a_mark_chooses_the_route(lab, recorder, server):
    lab.run("node-a", "ip", "rule", "add", "fwmark", "7", "unreachable")
    node = start(lab, server, get("/marked", "fwmark 7"), get("/good"))
    node.wait_server(server, "down")
    assert [check["state"] for check in node.server(server)["checks"]] == ["down", "up"]


def test_smtp(lab, recorder, server):
    to = f"connect_port {PORT + SMTP}"
    start(lab, server, block("SMTP_CHECK", *BOTH, to), block("SMTP_CHECK", *BOTH, to, "helo_name me.example.com"),
          block("SMTP_CHECK", *BOTH, "helo_name host.example.com", block("host", f"connect_ip {server.ip}", to)))
    for name in ("smtpchecker.keepalived.org", "me.example.com", "host.example.com"):
        recorder.wait("smtp", text=f"HELO {name}")


def udp(*lines):
    return block("UDP_CHECK", *BOTH[:1], "retry 0", *lines)


@pytest.mark.parametrize("lines, state", [
    (("payload 0aff", "require_reply 0102"), "up"), (("payload 0aff", "require_reply 0103"), "down"),
    (("payload 0aff", "require_reply x1xx"), "up"), (("payload 0aff", "require_reply 01", "min_reply_length 6"), "down"),
    (("payload 0aff", "require_reply 01", "max_reply_length 4"), "down"),
    (("payload 0aff", "require_reply 01", "min_reply_length 5", "max_reply_length 5"), "up"),
    (("payload 0aff", "require_reply", "min_reply_length 6"), "up")])
def test_udp(lab, recorder, server, lines, state):
    node = start(lab, server, udp(*lines))
    node.wait_server(server, state)
    recorder.wait("udp", text="0aff")


def test_dns(lab, recorder, server):
    """A question of this type and name, in the form of RFC 1035."""
    start(lab, server, block("DNS_CHECK", *BOTH, "type MX", "name www.example.com"), block("DNS_CHECK", *BOTH))
    recorder.wait("udp", text="03777777076578616d706c6503636f6d00" + "000f0001")
    recorder.wait("udp", text="0001000000000000" + "00" + "00060001")


def test_agent(lab, recorder, server):
    """Its words decide about the server; what it knows is asked with send."""
    check = block("AGENT_CHECK", f"port {PORT + AGENT}", "interval 0.1", 'send "state?\\n"')
    node = start(lab, server, check, real=["weight 10"])
    recorder.wait("agent", text="state?")
    assert node.server(server)["weight"] == 10
    for line, expected in (("50%", {"weight": 5, "agent_percent": 50, "state": "up"}),
                           ("drain 100%", {"weight": 0, "agent": "drain", "state": "drain"}),
                           ("maint", {"state": "maintenance", "present": False}),
                           ("ready down", {"state": "down", "agent": "down"}), ("up", {"weight": 10, "state": "up"})):
        recorder.agent.write_text(line + "\n")
        wanted = set(expected.items())
        wait_until(lambda: wanted <= {(k, v) for k, v in node.server(server).items() if isinstance(v, (str, int))},
                   lambda: f"{line}: {node.server(server)}")
    changes = [(event["from"], event["to"], event["reason"]) for event in node.of_kind("server")]
    modes = [change for change in changes if "ready" in change or "drain" in change]
    assert [change[:2] for change in modes] == [("ready", "drain"), ("drain", "maintenance"), ("maintenance", "ready")], changes
    assert all(word in reason for word, (_, _, reason) in zip(("drain 100%", "maint", "ready down"), modes)), changes
