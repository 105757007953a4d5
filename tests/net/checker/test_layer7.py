# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks of layer 7 in the process xbeat-checker, which has no privileges and a list of system calls."""

import pytest

from tests.support.authority import Authority
from tests.support.checker import Checks
from tests.support.grpc_server import PROGRAM as GRPC
from tests.support.laboratory import wait_until
from tests.support.nginx import CONFIGURATION

pytestmark = pytest.mark.laboratory(nodes=2, links=1)
QUICK = {"interval": 50, "first": 1, "timeout": 2000}
NAME = "www.example.com"


@pytest.fixture
def checks(lab):
    with Checks(lab) as started:
        yield started


class Server:
    """nginx on node-b, whose files are its answers."""

    def __init__(self, lab, more=""):
        self.folder = lab.path("nginx")
        self.folder.mkdir()
        configuration = self.folder / "nginx.conf"
        servers = f"server {{ listen 8080; {more} location / {{ root {self.folder}/www; }} }}"
        configuration.write_text(CONFIGURATION.format(folder=self.folder, servers=servers))
        (self.folder / "www").mkdir()
        self.process = lab.spawn("node-b", "nginx", "-p", self.folder, "-e", "stderr", "-c", configuration)
        wait_until(lambda: (self.folder / "nginx.pid").exists(), "nginx runs")

    def put(self, *names):
        for name in names:
            (self.folder / "www" / name).write_text("ok")

    def remove(self, name):
        (self.folder / "www" / name).unlink()

    def requests(self):
        return [line.split()[6] for line in (self.folder / "access.log").read_text().splitlines()]


def test_http_fails_and_comes_back(lab, checks):
    server = Server(lab)
    server.put("a")
    checks.check("http", lab.address("node-b"), 8080, path="/a", fall=2, initial=1, **QUICK)
    checks.wait_event(up=True, outcome="good")
    server.remove("a")
    down = checks.wait_event(up=False)
    assert down["reason"].startswith("http 404 after") and down["bad_count"] == 2
    server.put("a")
    checks.wait_event(up=True, outcome="good", count=2)


def test_urls_take_turns_and_all_must_succeed(lab, checks):
    server = Server(lab)
    server.put("a", "b", "c")
    checks.ask("added", "check", "http", lab.address("node-b"), 8080, "path", "/a", "path", "/b", "path", "/c",
               *(word for pair in QUICK.items() for word in pair))
    checks.use()
    checks.wait_event(up=True, outcome="good")
    wait_until(lambda: server.requests()[:6] == ["/a", "/b", "/c", "/a", "/b", "/c"], "URLs take turns")
    server.remove("b")
    assert checks.wait_event(up=False)["reason"].startswith("/b: http 404 after")
    wait_until(lambda: server.requests()[-3:] == ["/b", "/b", "/b"], "the failed URL alone is fetched")
    server.put("b")
    checks.wait_event(up=True, outcome="good", count=2)
    fetched = server.requests()
    first = len(fetched) - fetched[::-1].index("/b")  # the last /b, of the series or after it
    assert "".join(fetched[:first]).endswith("/b/b/a/b"), fetched


def test_https_is_verified_by_an_authority_and_by_another_after_a_reload(lab, checks, tmp_path):
    good, other = Authority(tmp_path), Authority(tmp_path, "other")
    certificate, key = good.issue(NAME, f"DNS:{NAME}")
    server = Server(lab, f"listen 8443 ssl; ssl_certificate {certificate}; ssl_certificate_key {key};")
    server.put("a")
    keywords = {"path": "/a", "tls": 1, "verify": 1, "virtualhost": NAME, **QUICK}
    checks.send("ca", good.certificate)
    checks.check("http", lab.address("node-b"), 8443, **keywords)
    checks.wait_event(up=True, outcome="good")
    checks.send("ca", other.certificate)
    checks.check("http", lab.address("node-b"), 8443, **keywords)
    down = checks.wait_event(up=False)
    assert "certificate" in down["reason"], down


def test_https_is_verified_by_the_system_without_one(lab, checks, tmp_path):
    certificate, key = Authority(tmp_path).issue(NAME, f"DNS:{NAME}")
    server = Server(lab, f"listen 8443 ssl; ssl_certificate {certificate}; ssl_certificate_key {key};")
    server.put("a")
    checks.check("http", lab.address("node-b"), 8443, path="/a", tls=1, verify=1, virtualhost=NAME, **QUICK)
    assert "unable to get local issuer certificate" in checks.wait_event(up=False)["reason"]


def test_http_2(lab, checks):
    Server(lab, "listen 8082 http2;").put("a")
    checks.check("http", lab.address("node-b"), 8082, path="/a", http_protocol=3, **QUICK)
    checks.wait_event(up=True, outcome="good")


def test_grpc(lab, checks):
    process = lab.spawn("node-a", "/usr/bin/python3", GRPC, "50051", "health")
    wait_until(lambda: "serves" in process.output(), "grpcio serves")
    web = checks.add("grpc", "127.0.0.1", 50051, service="web", **QUICK)
    db = checks.add("grpc", "127.0.0.1", 50051, service="db", **QUICK)
    checks.use()
    checks.wait_event(web, up=True, outcome="good")
    assert checks.wait_event(db, up=False)["reason"].startswith("grpc NOT_SERVING after")


def test_dns(lab, checks):
    lab.spawn("node-b", "dnsmasq", "--no-daemon", "--no-resolv", "--no-hosts", "--user=root", "--port=53",
              "--conf-file=/dev/null", "--pid-file", "--address=/example.com/192.0.2.1")
    good = checks.add("dns", lab.address("node-b"), 53, text=NAME, type=1, **QUICK)
    bad = checks.add("dns", lab.address("node-b"), 53, text="other.example.org", type=1, **QUICK)
    checks.use()
    checks.wait_event(good, up=True, outcome="good")
    assert checks.wait_event(bad, up=False)["reason"].startswith("dns REFUSED after")
