# SPDX-License-Identifier: GPL-2.0-or-later
"""SMTP_CHECK against aiosmtpd, and against servers that do not behave."""

import pytest

from tests.support.checker import Checks, each, serve
from tests.support.laboratory import wait_until

pytestmark = pytest.mark.laboratory(nodes=2, links=1)
PORT = 2525
QUICK = {"interval": 100, "first": 1, "timeout": 300}

@pytest.fixture
def checks(lab):
    with Checks(lab) as started:
        yield started


def test_a_real_server(lab, checks):
    process = lab.spawn("node-b", "/usr/bin/python3", "-m", "aiosmtpd", "-n", "-d", "-c", "aiosmtpd.handlers.Sink",
                        "-l", f"{lab.address('node-b')}:{PORT}")
    checks.check("smtp", lab.address("node-b"), PORT, text="lb.example.org", initial=2, **{**QUICK, "timeout": 3000})
    assert checks.wait_event(up=True, outcome="good")["reason"].startswith("smtp: 250 after ")
    wait_until(lambda: "HELO" in process.output() and "lb.example.org" in process.output(), "its name is sent")
    wait_until(lambda: "QUIT" in process.output(), "QUIT is sent")


# What the server does, and the reason that is given for it; None: it is good.
SERVERS = {
    "several lines": (('send(b"220-one\\r\\n220-two\\r\\n220 three\\r\\n"); lines.readline()',
                       'send(b"250-a\\r\\n250 b\\r\\n"); lines.readline(); send(b"221 bye\\r\\n")'), None),
    "one segment a byte": (('for each in b"220 x\\r\\n": send(bytes([each])); time.sleep(0.005)',
                            'lines.readline(); send(b"250 x\\r\\n"); lines.readline(); send(b"221\\r\\n")'), None),
    "refuses": (('send(b"554 no service\\r\\n"); lines.readline()',), "smtp: 554 no service after "),
    "refuses HELO": (('send(b"220\\r\\n"); lines.readline(); send(b"501 who?\\r\\n"); lines.readline()',), "smtp: 501 who? after "),
    "silent": (("time.sleep(100)",), "smtp: greeting: no line within 300 ms"),
    "byte by byte for ever": (('while True: send(b"2"); time.sleep(0.05)',), "smtp: greeting: no line within 300 ms"),
    "most bytes as the time expires": (("started = time.monotonic()",
                                        "connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)",
                                        "time.sleep(0.299)",
                                        'while time.monotonic() < started + 0.304: send(b"2")',
                                        'while True: send(b"2"); time.sleep(0.5)'), "smtp: greeting: no line within 300 ms"),
    "nothing after HELO": (('send(b"220 x\\r\\n"); time.sleep(100)',), "smtp: reply to HELO: no line within 300 ms"),
    "no SMTP": (('send(b"SSH-2.0-x\\r\\n"); lines.readline()',), "smtp: SSH-2.0-x after "),
    "control characters": (('send(b"\\x1b[2J\\x00\\r\\n"); lines.readline()',), "smtp: \\x1b[2J after "),
    "a line without end": (('while True: send(b"2" * 65536)',), "smtp: greeting: a line of more than 1024 bytes"),
    "lines without end": (('while True: send(b"220-more\\r\\n" * 1000)',), "smtp: greeting: more than 64 KiB of text"),
    "closes": (("pass",), "smtp: greeting: connection closed by the server after "),
    "half-closed": (("connection.shutdown(socket.SHUT_WR); lines.readline()",), "smtp: greeting: connection closed by the server after "),
}


@pytest.mark.parametrize("name", SERVERS)
def test_servers(lab, checks, name):
    lines, reason = SERVERS[name]
    serve(lab, "node-b", PORT, each(*lines))
    checks.check("smtp", lab.address("node-b"), PORT, initial=2 if reason is None else 0, **QUICK)
    if reason is None:
        checks.wait_event(up=True, outcome="good")
    else:
        assert checks.wait_event(up=False)["reason"].startswith(reason)


def test_refused(lab, checks):
    checks.check("smtp", lab.address("node-b"), PORT, **QUICK)
    assert checks.wait_event(up=False)["reason"].startswith("smtp: connection refused after ")
