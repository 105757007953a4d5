# SPDX-License-Identifier: GPL-2.0-or-later
"""Servers checked on layer 7, from the lines of a configuration to the states that xbeatd shows."""

import hashlib
import shutil

import pytest

from tests.support.authority import Authority
from tests.support.configuration import block
from tests.support.grpc_server import PROGRAM as GRPC
from tests.support.laboratory import wait_until
from tests.support.nginx import CONFIGURATION
from tests.support.pools import Pools, Server, real_server, virtual_server

pytestmark = pytest.mark.laboratory(nodes=2)
NAME = "www.example.com"


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


def start_nginx(lab, servers):
    folder = lab.path("nginx")
    folder.mkdir()
    configuration = folder / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, servers=servers))
    lab.spawn("node-b", "nginx", "-p", folder, "-e", "stderr", "-c", configuration)
    wait_until(lambda: (folder / "nginx.pid").exists(), "nginx runs")
    return folder


def reason(node, server):
    return node.wait_server(server, "down")["reason"]


def test_http(lab):
    """keepalived's url blocks; the name is that of the virtual server."""
    folder = start_nginx(lab, f"server {{ listen 8001 default_server; return 404; }} "
                              f"server {{ listen 8001; server_name {NAME}; location / {{ root {lab.path('www')}; }} }}")
    lab.path("www").mkdir()
    for name in ("a", "b"):
        (lab.path("www") / name).write_text("all is well")
    server = Server(lab, "node-b", 8001)
    check = block("HTTP_GET", block("url", "path /a", "status_code 200", "regex well"),
                  block("url", "path /b", f"digest {md5('all is well')}"), "connect_timeout 1", "retry 0",
                  "delay_before_retry 0.1")
    node = Pools(lab, "node-a", virtual_server(f"virtualhost {NAME}", real_server(server, check=check))).start()
    node.wait_checked(server)
    wait_until(lambda: '"GET /b HTTP/1.0" 200' in (folder / "access.log").read_text(), "/b was fetched")
    assert node.server(server)["state"] == "up"
    (lab.path("www") / "b").write_text("all is ill")
    assert f"/b: digest {md5('all is ill')} is not {md5('all is well')}" in reason(node, server)
    (lab.path("www") / "b").write_text("all is well")
    node.wait_server(server, "up")


def test_tls_with_a_key_that_only_root_reads(lab, tmp_path):
    authority = Authority(tmp_path)
    certificate, key = authority.issue(NAME, f"DNS:{NAME}")
    own = authority.issue("checker", "DNS:checker")
    tmp_path.chmod(0o700)
    start_nginx(lab, f"server {{ listen 8443 ssl; ssl_certificate {certificate}; ssl_certificate_key {key}; "
                     f"ssl_client_certificate {authority.certificate}; ssl_verify_client on; return 200 ok; }}")
    server = Server(lab, "node-b", 8443)
    tls = block("SSL", f"ca {authority.certificate}", f"certificate {own[0]}", f"key {own[1]}")

    def check(name):
        return block("SSL_GET", "path /", "verify", f"virtualhost {name}", "connect_timeout 1", "retry 0")

    node = Pools(lab, "node-a", tls, virtual_server(real_server(server, check=check(NAME)))).start()
    node.wait_checked(server)
    assert node.server(server)["state"] == "up"
    node.reload(tls, virtual_server(real_server(server, check=check("other.example.com"))))
    assert "certificate is not for 'other.example.com'" in reason(node, server)


def test_a_ca_that_is_missing_is_not_replaced_by_the_systems(lab, tmp_path):
    """The check has no result until a reload finds the file."""
    authority = Authority(tmp_path)
    certificate, key = authority.issue(NAME, f"DNS:{NAME}")
    start_nginx(lab, f"server {{ listen 8443 ssl; ssl_certificate {certificate}; ssl_certificate_key {key}; "
                     f"return 200 ok; }}")
    server = Server(lab, "node-b", 8443)
    check = block("SSL_GET", "path /", "verify", f"virtualhost {NAME}", "connect_timeout 1", "retry 0")
    pool = virtual_server(real_server(server, "alpha", check=check))
    node = Pools(lab, "node-a", block("SSL", f"ca {lab.path('ca.pem')}"), pool).start()
    wait_until(lambda: "SSL: ca cannot be read" in str(node.server(server)["checks"]), lambda: node.server(server))
    assert node.server(server)["checks"][0]["results"]["bad"] == 0, node.server(server)
    assert "cannot read" in node.process.output()
    shutil.copy(authority.certificate, lab.path("ca.pem"))
    node.reload(block("SSL", f"ca {lab.path('ca.pem')}"), pool)
    node.wait_server(server, "up")


def test_grpc_and_dns(lab):
    process = lab.spawn("node-a", "/usr/bin/python3", GRPC, "50051", "health")
    wait_until(lambda: "serves" in process.output(), "grpcio serves")
    lab.spawn("node-b", "dnsmasq", "--no-daemon", "--no-resolv", "--no-hosts", "--user=root", "--port=53",
              "--conf-file=/dev/null", "--pid-file", "--address=/example.com/192.0.2.1")
    server = Server(lab, "node-b", 53)
    local = ("connect_ip 127.0.0.1", "connect_port 50051", "connect_timeout 2", "retry 0")
    checks = (block("GRPC_CHECK", "service web", *local)
              + block("DNS_CHECK", "type A", f"name {NAME}", "connect_timeout 2", "retry 0"))
    node = Pools(lab, "node-a", virtual_server(real_server(server, check=checks))).start()
    node.wait_checked(server)
    assert node.server(server)["state"] == "up"
    process.end(9)
    assert "connection refused" in reason(node, server)
