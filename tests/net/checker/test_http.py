# SPDX-License-Identifier: GPL-2.0-or-later
"""HTTP_GET: the request on the wire, and what answers of real servers are judged as."""

import hashlib
import re
import subprocess
import threading

import pytest

from tests.support.check_run import Stranger, answering, check, check_all, network, read_request  # noqa: F401
from tests.support.laboratory import NEVER_SECONDS
from tests.support.nginx import nginx

pytestmark = pytest.mark.usefixtures("network")

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
MIB = 1 << 20

# keepalived 2.2.7's own request, in the order of its fields
REQUESTS = {
    "1.0": "GET /a?b=c HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: {host}\r\n\r\n",
    "1.0C": "GET /a?b=c HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: {host}\r\n\r\n",
    "1.1": "GET /a?b=c HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: {host}\r\n\r\n",
}
HOSTS = {
    "address": ({}, "{target}"),
    "check": ({"virtualhost": "www.example.com"}, "www.example.com"),
    "url": ({"virtualhost": "www.example.com", "url_virtualhost": "other:81"}, "other:81"),
}


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("protocol", REQUESTS)
def test_sends_the_request_of_keepalived(protocol, host, address):
    seen = []

    def serve(_, connection):
        seen.append(read_request(connection))
        connection.sendall(OK)

    options, expected = HOSTS[host]
    with Stranger(serve, address) as server:
        result = check("http", server.target, protocol=protocol, path="/a?b=c", **options)
        expected = expected.format(target=server.target)
    assert result.outcome == "good", result
    assert seen == [REQUESTS[protocol].format(host=expected).encode()]


def test_sends_own_header_fields_instead_of_its_own():
    seen = []

    def serve(_, connection):
        seen.append(read_request(connection))
        connection.sendall(OK)

    with Stranger(serve) as server:
        check("http", server.target, header=["User-Agent: probe/1", "X-Check: yes"])
    head = seen[0].decode()
    assert "User-Agent: probe/1\r\n" in head and "X-Check: yes\r\n" in head and "KeepAliveClient" not in head


def test_uses_no_proxy_of_the_environment():
    with Stranger(answering(OK)) as server, Stranger(answering(OK)) as proxy:
        result, = check_all("http", server.target, environment={
            name: f"http://{proxy.target}" for name in ("http_proxy", "ALL_PROXY", "all_proxy")})
    assert result.outcome == "good" and proxy.count == 0 and server.count == 1


def test_binds_to_a_source_address():
    seen = []

    def serve(_, connection):
        seen.append(connection.getpeername()[0])
        read_request(connection)
        connection.sendall(OK)

    with Stranger(serve) as server:
        assert check("http", server.target, bind="127.0.0.7:0").outcome == "good"
        refused = check("http", server.target, bind="192.0.2.1:0")
    assert seen == ["127.0.0.7"]
    assert refused.outcome == "local" and "bindto" in refused.reason


SERVERS = """
    server {{
        listen 127.0.0.1:8080; listen [::1]:8080;
        default_type text/plain;
        location = /ok {{ return 200 "all is well\\n"; }}
        location = /500 {{ return 500 "broken\\n"; }}
        location = /404 {{ return 404; }}
        location = /empty {{ return 204; }}
        location = /moved {{ return 302 /ok; }}
        location = /moved-away {{ return 302 http://elsewhere.example/ok; }}
        location = /moved-port {{ return 302 http://127.0.0.1:8081/ok; }}
        location = /loop {{ return 302 /loop; }}
        location / {{ root {folder}; }}
    }}
    server {{ listen 127.0.0.1:8081; location = /ok {{ return 200 "port 8081"; }} }}
    server {{ listen 127.0.0.1:8082 http2; location / {{ return 200 "two"; }} }}
"""
BODY = "all is well\n"
MD5 = hashlib.md5(BODY.encode()).hexdigest()

# options, outcome, what the reason has
JUDGED = [
    ({"path": "/ok"}, "good", "http 200 after"),
    ({"path": "/empty"}, "good", "http 204 after"),
    ({"path": "/500"}, "bad", "http 500 after"),
    ({"path": "/500", "status": "500"}, "good", "http 500 after"),
    ({"path": "/404", "status": "200-399"}, "bad", "http 404 after"),
    ({"path": "/404", "status": "404"}, "good", "http 404 after"),
    ({"path": "/ok", "digest": MD5}, "good", "http 200 after"),
    ({"path": "/ok", "digest": MD5.upper()}, "good", "http 200 after"),
    ({"path": "/ok", "digest": "0" * 32}, "bad", f"digest {MD5} is not {'0' * 32}"),
    ({"path": "/ok", "regex": "is w[e]ll"}, "good", "http 200 after"),
    ({"path": "/ok", "regex": "is i[l]l"}, "bad", "answer does not match /is i[l]l/"),
    ({"path": "/ok", "regex": "well", "regex_no_match": 1}, "bad", "answer matches /well/"),
    ({"path": "/ok", "regex": "sick", "regex_no_match": 1}, "good", "http 200 after"),
    # as keepalived, from the status line on (tests/guests/scenarios/checks_keepalived.py)
    ({"path": "/ok", "regex": "^HTTP/1.1 200 OK\r\n"}, "good", "http 200 after"),
    ({"path": "/ok", "regex": "Content-Type: text/plain\r"}, "good", "http 200 after"),
    ({"path": "/ok", "regex": "\r\n\r\nall is well\n$"}, "good", "http 200 after"),
    ({"path": "/ok", "regex": "OK", "regex_min_offset": 3, "regex_max_offset": 12}, "bad", "does not match"),
    ({"path": "/ok", "regex": "OK", "regex_min_offset": 3, "regex_max_offset": 13}, "good", "http 200"),
    ({"path": "/ok", "regex": "OK", "regex_min_offset": 14}, "bad", "does not match"),
    ({"path": "/ok", "regex": "all", "regex_min_offset": 1000}, "bad", "does not match"),
    ({"path": "/empty", "regex": "\r\n\r\n$"}, "good", "http 204"),
    ({"path": "/moved"}, "bad", "http 302"),
    ({"path": "/moved", "status": "200-399"}, "good", "http 302"),
    ({"path": "/moved", "follow_redirects": 1, "digest": MD5}, "good", "http 200"),
    ({"path": "/moved-port", "follow_redirects": 1, "regex": "port 8081"}, "good", "http 200"),
    ({"path": "/moved-away", "follow_redirects": 1}, "bad", "http 302"),
    ({"path": "/moved-away", "follow_redirects": 1, "status": "200-399"}, "good", "http 302"),
    ({"path": "/loop", "follow_redirects": 1}, "bad", "http 302"),
    ({"path": "/ok", "protocol": "1.1", "digest": MD5}, "good", "http 200"),
    ({"path": "/../ok"}, "bad", "http 400"),
    ({"path": "/ok", "regex": "("}, "local", "answer not examined"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("nginx")


def test_judges_answers_of_nginx(folder):
    with nginx(folder, SERVERS.format(folder=folder), 8080):
        for options, outcome, reason in JUDGED:
            for target in ("127.0.0.1:8080", "[::1]:8080"):
                if "port" in options["path"] and "[" in target:
                    continue
                result = check("http", target, **options)
                assert (result.outcome, reason in result.reason) == (outcome, True), (options, result)
        with open(folder / "access.log") as log:
            assert sum("/loop" in line for line in log) == 2 * 11, "one request and 10 redirects"


@pytest.mark.parametrize("protocol", ["1.0", "1.1", "2"])
def test_sends_each_method_to_nginx(folder, protocol):
    """HEAD is answered by a length, and no body; nginx keeps the connection of HTTP/1.1 and 2 open."""
    servers = f"server {{ listen 127.0.0.1:8083{' http2' * (protocol == '2')}; " + \
        'location / { if ($request_method != $arg_only) { return 405; } return 200 "$request_method"; } }'
    methods = ["HEAD", "OPTIONS", "POST", "PUT", "PROPFIND"]
    with nginx(folder, servers, 8083):
        for method in methods:
            result = check("http", "127.0.0.1:8083", protocol=protocol, path=f"/{protocol}?only={method}", url_method=method,
                           regex=f"{method}$" if method != "HEAD" else "(?i)content-length: 4\r")
            assert result.outcome == "good", (method, result)
        assert check("http", "127.0.0.1:8083", protocol=protocol, path="/?only=HEAD").reason.startswith("http 405")
        log = (folder / "access.log").read_text()
    assert all(f'"{method} /{protocol}?only={method} HTTP/' in log for method in methods), log


def test_awaits_no_body_of_an_answer_to_head():
    def serve(_, connection):
        read_request(connection)
        connection.sendall(OK.removesuffix(b"hello"))
        connection.recv(1)

    with Stranger(serve) as server:
        result = check("http", server.target, protocol="1.1", url_method="HEAD", timeout_ms=60000)
    assert result.outcome == "good", result


def test_speaks_http_2_by_prior_knowledge(folder):
    with nginx(folder, SERVERS.format(folder=folder), 8082):
        good = check("http", "127.0.0.1:8082", protocol="2", regex="two")
        bad = check("http", "127.0.0.1:8080", protocol="2")
        assert (folder / "access.log").read_text().splitlines()[-2:][0].count('"GET / HTTP/2.0" 200') == 1
    assert good.outcome == "good", good
    assert bad.outcome == "bad", bad


def test_makes_a_connection_for_each_check(folder):
    with nginx(folder, SERVERS.format(folder=folder), 8080):
        results = check_all("http", "127.0.0.1:8080", path="/ok", protocol="1.1", runs=50)
    assert [each.outcome for each in results] == 50 * ["good"]


def test_reports_a_big_file_by_its_digest(folder):
    data = bytes(range(256)) * (64 * MIB // 256)
    (folder / "big").write_bytes(data)
    with nginx(folder, SERVERS.format(folder=folder), 8080):
        results = check_all("http", "127.0.0.1:8080", path="/big", digest=hashlib.md5(data).hexdigest(), timeout_ms=9000)
        unread = check_all("http", "127.0.0.1:8080", path="/big")
    assert results[0].outcome == "good", results
    assert unread[0].outcome == "good" and re.match("http 200 after", unread[0].reason)
    assert results.kib < 24 * 1024, "64 MiB went through, and were not kept"


def test_ends_quietly_when_nothing_listens():
    with Stranger(answering(OK)) as server:
        target = server.target
    result = check("http", target)
    assert result.outcome == "bad" and result.reason.startswith("connection refused after"), result


def test_many_checks_at_once_have_a_connection_each():
    gate = threading.Barrier(64)

    def serve(_, connection):
        read_request(connection)
        gate.wait(10)
        connection.sendall(OK)

    with Stranger(serve) as server:
        results = check_all("http", server.target, runs=64, at_once=1, timeout_ms=9000)
    assert [each.outcome for each in results] == 64 * ["good"], results


def test_digests_are_those_of_genhash(folder):
    """keepalived's own tool makes the digests of configurations."""
    (folder / "page").write_bytes(bytes(range(256)) * 1000)
    with nginx(folder, SERVERS.format(folder=folder), 8080):
        done = subprocess.run(["genhash", "-s", "127.0.0.1", "-p", "8080", "-u", "/page"], stdout=subprocess.PIPE,
                              text=True, check=True, timeout=NEVER_SECONDS)
        digest = re.search("[0-9a-f]{32}", done.stdout).group()
        result = check("http", "127.0.0.1:8080", path="/page", digest=digest)
    assert result.outcome == "good", (done.stdout, result)
