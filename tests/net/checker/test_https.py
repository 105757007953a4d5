# SPDX-License-Identifier: GPL-2.0-or-later
"""SSL_GET: nginx with certificates of an authority of the test."""

import contextlib
import ssl
import subprocess

import pytest

from tests.support.authority import Authority
from tests.support.check_run import Stranger, check, check_all, network, own_network, read_request  # noqa: F401
from tests.support.nginx import nginx

PORT = 8443
NAME = "www.example.com"
OK = b"HTTP/1.0 200 OK\r\n\r\nhello"


class Place:
    def __init__(self, folder):
        self.folder = folder
        self.authority = Authority(folder)
        self.named = self.authority.issue(NAME, f"DNS:{NAME}")
        self.addressed = self.authority.issue("addressed", "IP:127.0.0.1")
        self.expired = self.authority.issue("expired", f"DNS:{NAME}", faked="2020-01-01 00:00:00")
        self.client = self.authority.issue("client", "DNS:client")

    @contextlib.contextmanager
    def server(self, pair, more="", others=""):
        block = (f"server {{ listen 127.0.0.1:{PORT} ssl http2; ssl_certificate {pair[0]}; "
                 f"ssl_certificate_key {pair[1]}; {more} location / {{ return 200 $ssl_server_name; }} }} {others}")
        with nginx(self.folder, block, PORT):
            yield


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return Place(tmp_path_factory.mktemp("tls"))


@pytest.fixture(autouse=True)
def away():
    with own_network():
        yield


def https(**options):
    return check("http", f"127.0.0.1:{PORT}", tls=1, **options)


# which certificate, options, outcome, what the reason has
CASES = {
    "not verified": ("named", {}, "good", "http 200"),
    "expired, not verified": ("expired", {}, "good", "http 200"),
    "verified by the name": ("named", {"verify": 1, "virtualhost": f"{NAME}:443"}, "good", "http 200"),
    "verified by sni_name": ("named", {"verify": 1, "virtualhost": "other", "sni_name": NAME}, "good", "http 200"),
    "verified by the address": ("addressed", {"verify": 1}, "good", "http 200"),
    "another name": ("named", {"verify": 1, "virtualhost": "other.example.com"}, "bad", "other.example.com"),
    "another address": ("named", {"verify": 1}, "bad", "127.0.0.1"),
    "expired": ("expired", {"verify": 1, "virtualhost": NAME}, "bad", "certificate has expired"),
    "no SNI by default": ("named", {"virtualhost": NAME, "regex": "\r\n\r\n$"}, "good", "http 200"),
    "SNI of the virtualhost": ("named", {"virtualhost": f"{NAME}:8", "enable_sni": 1, "regex": f"\r\n\r\n{NAME}$"}, "good", "http 200"),
    "sni_name": ("named", {"virtualhost": "other", "enable_sni": 1, "sni_name": NAME, "regex": f"\r\n\r\n{NAME}$"}, "good", "http 200"),
    "no SNI of an address": ("named", {"enable_sni": 1, "regex": "\r\n\r\n$"}, "good", "http 200"),
    "http/1.1": ("named", {"protocol": "1.1"}, "good", "http 200"),
    "http/2": ("named", {"protocol": "2"}, "good", "http 200"),
}


@pytest.mark.parametrize("case", CASES)
def test_certificates_and_names(place, case):
    certificate, options, outcome, reason = CASES[case]
    with place.server(getattr(place, certificate)):
        result = https(ca=place.authority.certificate, **options)
    assert (result.outcome, reason in result.reason) == (outcome, True), result


def test_without_its_authorities_nothing_is_verified(place, tmp_path):
    """And nothing is accused; what is not verified goes on."""
    empty = tmp_path / "ca.pem"
    empty.write_text("")
    with place.server(place.named):
        verified = https(verify=1, virtualhost=NAME, ca=empty)
        other = https(ca=empty)
    assert verified.outcome == "local" and "SSL: ca cannot be read" in verified.reason, verified
    assert other.outcome == "good", other


def test_an_unknown_authority_is_refused(place, tmp_path):
    with place.server(place.named):
        result = https(verify=1, virtualhost=NAME, ca=Authority(tmp_path, "another").certificate)
    assert result.outcome == "bad" and "certificate" in result.reason, result


def test_shows_its_own_certificate(place):
    wanted = f"ssl_client_certificate {place.authority.certificate}; ssl_verify_client on;"
    with place.server(place.named, wanted):
        without = https()
        given = https(certificate=place.client[0], key=place.client[1])
    assert without.outcome == "bad" and "http 400" in without.reason
    assert given.outcome == "good", given


def test_a_key_with_a_password(place, tmp_path):
    key = tmp_path / "locked.key"
    subprocess.run(["openssl", "ec", "-aes256", "-passout", "pass:secret", "-in", place.client[1], "-out", key],
                   check=True, stderr=subprocess.DEVNULL)
    with place.server(place.named):
        good = https(certificate=place.client[0], key=key, password="secret")
        bad = https(certificate=place.client[0], key=key, password="wrong")
    assert good.outcome == "good", good
    assert bad.outcome == "local" and "SSL: key cannot be read" in bad.reason, bad


def test_http_2_wants_a_server_that_speaks_it(place):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*place.named)

    def serve(_, connection):
        read_request(connection)
        connection.sendall(OK)

    def wrap(connection):
        return context.wrap_socket(connection, server_side=True)

    with Stranger(serve, wrap=wrap) as server:
        assert check("http", server.target, tls=1).outcome == "good"
        result = check("http", server.target, tls=1, protocol="2")
    assert result.outcome == "bad" and "not in HTTP/2" in result.reason, result


def test_servers_without_tls_end_with_a_reason():
    def talks(_, connection):
        connection.sendall(b"220 mail.example.com\r\n")
        connection.recv(4096)

    with Stranger(talks) as server:
        result = check("http", server.target, tls=1)
    assert result.outcome == "bad" and "SSL" in result.reason, result


def test_a_handshake_that_stalls_ends():
    def waits(server, connection):
        server.over.wait(30)

    with Stranger(waits) as server:
        result = check("http", server.target, tls=1, timeout_ms=200)
    assert (result.outcome, result.reason) == ("timeout", "no TLS handshake within 200 ms")


def test_authorities_are_read_once(place):
    with place.server(place.named):
        results = check_all("http", f"127.0.0.1:{PORT}", tls=1, verify=1, virtualhost=NAME, runs=100, at_once=1,
                            ca=place.authority.certificate, timeout_ms=9000)
    assert [each.outcome for each in results] == 100 * ["good"]


def test_redirects_from_http_to_https_on_the_same_host(place):
    plain = f"server {{ listen 127.0.0.1:8080; return 301 https://{NAME}:{PORT}/there; }}"
    with place.server(place.named, others=plain):
        result = check("http", "127.0.0.1:8080", virtualhost=NAME, follow_redirects=1, verify=1, regex=f"\r\n\r\n{NAME}$",
                       ca=place.authority.certificate)
    assert result.outcome == "good", result
