#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""keepalived's and xbeatd's checks of the same keepalived.conf: what servers get from them, byte by byte,
and which servers are good."""

import collections
import hashlib
import os
import pathlib
import socket
import ssl
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))

from tests.guests.ipvs import clear, run, table  # noqa: E402 (needs the path above)

CONFIGURATION = pathlib.Path("/run/checks.conf")
CERTIFICATE, KEY = "/run/certificate.pem", "/run/key.pem"
UNCHANGED_SECONDS, DEADLINE_SECONDS = 12, 90
BODY = b"all is well\n"
MD5 = hashlib.md5(BODY).hexdigest()
OK = b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY


def http(url, *lines):
    return "HTTP_GET", ("url {", *url.split("; "), "}", *lines)


def tls(url, *lines):
    return "SSL_GET", ("url {", *url.split("; "), "}", *lines)


def dns(*lines):
    return "DNS_CHECK", lines


# what is checked, and what the server answers
CASES = [
    (http("path /a?b=c"), OK),
    (http("path /a", "http_protocol 1.0C"), OK),
    (http("path /a", "http_protocol 1.1"), OK),
    (http("path /a", "virtualhost www.example.com"), OK),
    (http("path /a; virtualhost other.example.com", "virtualhost www.example.com", "http_protocol 1.1"), OK),
    (http("path /a; status_code 404"), b"HTTP/1.0 404 Not Found\r\n\r\n"),
    (http("path /a; status_code 200-299 400-499"), b"HTTP/1.0 404 Not Found\r\n\r\n"),
    (http("path /a"), b"HTTP/1.0 404 Not Found\r\n\r\n"),
    (http("path /a"), b"HTTP/1.0 302 Found\r\nLocation: /b\r\n\r\n"),
    (http("path /a"), b"HTTP/1.0 204 No Content\r\n\r\n"),
    (http("path /a"), b"HTTP/1.0 200 OK\r\nContent-Length: 100\r\n\r\nshort"),
    (http("path /a"), b""),
    (http("path /a"), b"garbage\r\n\r\n"),
    (http(f"path /a; digest {MD5}"), OK),
    (http(f"path /a; digest {MD5}"), b"HTTP/1.0 200 OK\r\n\r\n" + BODY),
    (http(f"path /a; digest {'0' * 32}"), OK),
    (http("path /a; digest " + MD5, "virtualhost www.example.com"), OK + b"more than announced"),
    (http("path /a; regex w[e]ll"), OK),
    (http("path /a; regex sick"), OK),
    (http("path /a; regex sick; regex_no_match"), OK),
    (http("path /a; regex well; regex_no_match"), OK),
    (http("path /a; regex l; regex_max_offset 39"), OK),  # "all" begins at 39
    (http("path /a; regex l; regex_max_offset 40"), OK),
    (http("path /a; regex l; regex_min_offset 42; regex_max_offset 47"), OK),
    (http("path /a; regex l; regex_min_offset 42; regex_max_offset 48"), OK),
    (http("path /a; regex l; regex_min_offset 49"), OK),
    (http("path /a; regex l; regex_min_offset 50"), OK),
    (http("path /a; regex Content-Length"), OK),
    (http("path /a; regex ^all"), OK),
    (http("path /a; regex ^HTTP"), OK),
    (http("path /a; regex ALL; regex_options caseless"), OK),
    (tls("path /a"), OK),
    (tls("path /a", "virtualhost www.example.com", "enable_sni"), OK),
    (tls("path /a"), b"HTTP/1.0 500 Error\r\n\r\n"),
    (dns(), 0x8180),
    (dns("type A", "name www.example.com"), 0x8180),
    (dns("type A", "name www.example.com"), 0x8183),
    (dns("type TXT", "name big.example.com"), 0x8380),
    (dns(), 0x0100),
]


def address(index):
    return f"127.0.1.{index + 1}"


def port(kind):
    return {"HTTP_GET": 80, "SSL_GET": 443, "DNS_CHECK": 53}[kind]


def text():
    servers = "".join(
        f"    real_server {address(index)} {port(kind)} {{\n        {kind} {{\n            "
        + "\n            ".join([*lines, "connect_timeout 2", "retry 0", "delay_before_retry 1"])
        + "\n        }\n    }\n" for index, ((kind, lines), _) in enumerate(CASES))
    return ("virtual_server 10.0.0.1 80 {\n    delay_loop 2\n    lvs_sched rr\n    lvs_method NAT\n    protocol TCP\n"
            f"{servers}}}\n")


class Servers:
    """seen: for each case the different requests that came."""

    def __init__(self):
        self.seen = collections.defaultdict(set)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(CERTIFICATE, KEY)
        self.context.sni_callback = lambda tls_socket, name, _: setattr(tls_socket, "name", name)
        for index, ((kind, _), answer) in enumerate(CASES):
            serve = self.serve_udp if kind == "DNS_CHECK" else self.serve_tcp
            threading.Thread(target=serve, args=(index, kind, answer), daemon=True).start()

    def serve_udp(self, index, kind, flags):
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind((address(index), port(kind)))
        while True:
            query, sender = server.recvfrom(4096)
            self.seen[index].add(query[2:])
            server.sendto(query[:2] + flags.to_bytes(2, "big") + query[4:], sender)

    def serve_tcp(self, index, kind, answer):
        server = socket.create_server((address(index), port(kind)))
        while True:
            connection = server.accept()[0]
            try:
                self.answer(index, connection, kind, answer)
            except OSError as error:
                print(index, error)

    def answer(self, index, connection, kind, answer):
        connection.settimeout(5)
        name = None
        if kind == "SSL_GET":
            connection = self.context.wrap_socket(connection, server_side=True)
            name = getattr(connection, "name", None)
        request = b""
        while b"\r\n\r\n" not in request:
            request += connection.recv(4096) or b"\r\n\r\n(end)"
        self.seen[index].add((name, request))
        connection.sendall(answer)
        connection.close()


def good_servers():
    lines = table()
    return [any(f"{address(index)}:" in line for line in lines) for index in range(len(CASES))]


def found_by(servers):
    """What each server got, and whether it is good."""
    seen = {index: sorted(map(str, requests)) for index, requests in servers.seen.copy().items()}
    return [(seen.get(index, []), good) for index, good in enumerate(good_servers())]


def settled(servers, wanted):
    """What is found once it is as wanted, or stays the same if nothing is."""
    last, since = None, time.monotonic()
    end = since + DEADLINE_SECONDS
    while time.monotonic() < end:
        time.sleep(1)
        now = found_by(servers)
        if now != last:
            last, since = now, time.monotonic()
        if now == wanted or wanted is None and time.monotonic() - since > UNCHANGED_SECONDS:
            break
    return last


def play(servers, argv, wanted=None):
    servers.seen.clear()
    with open("/run/program.log", "w") as log:
        program = subprocess.Popen(argv, stdout=log, stderr=subprocess.STDOUT)
    found = settled(servers, wanted)
    program.terminate()
    assert program.wait(30) == 0
    clear()
    return found


def main():
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=www.example.com",
        "-keyout", KEY, "-out", CERTIFICATE)
    CONFIGURATION.write_text(text())
    run("modprobe", "ip_vs")
    servers = Servers()
    expected = play(servers, ["keepalived", "-n", "-l", "-D", "-C", "-f", str(CONFIGURATION)])
    assert any(good for _, good in expected) and not all(good for _, good in expected), expected
    found = play(servers, [f"{os.environ['BUILD']}/xbeatd", "-n", "-l", "-G", "-f", str(CONFIGURATION)], expected)
    print(pathlib.Path("/run/program.log").read_text())
    for index, (theirs, ours) in enumerate(zip(expected, found)):
        if theirs != ours:
            print(index, *CASES[index], "keepalived:", *theirs, "xbeatd:", *ours, sep="\n    ")
    assert found == expected


main()
