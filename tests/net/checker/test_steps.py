# SPDX-License-Identifier: GPL-2.0-or-later
"""TCP_CHECK with "send" and "expect": servers of lines, and servers that make no sense."""

import pytest

from tests.support.checker import Checks, each, serve
from tests.support.laboratory import wait_until

pytestmark = pytest.mark.laboratory(nodes=2, links=1)
PORT = 9000
QUICK = {"interval": 100, "first": 1, "timeout": 300}
REDIS = each('send(b"+PONG\\r\\n") if lines.readline() == b"PING\\r\\n" else None',
             'send(b"+OK\\r\\n") if lines.readline() == b"QUIT\\r\\n" else None')


@pytest.fixture
def checks(lab):
    with Checks(lab) as started:
        yield started


def steps(*texts):
    """Texts to send and to expect in turn, as keywords of a check; "" is left out."""
    return [(("send", "expect")[i % 2], text.encode("latin-1").hex()) for i, text in enumerate(texts) if text]


def add(lab, checks, *texts, **rules):
    words = [word for pair in [*(QUICK | rules).items(), *steps(*texts)] for word in pair]
    return checks.ask("added", "check", "tcp", lab.address("node-b"), PORT, *words)["added"]


def test_send_and_expect(lab, checks):
    serve(lab, "node-b", PORT, REDIS)
    assert add(lab, checks, "PING\r\n", "+PONG", "QUIT\r\n", "+OK", initial=2) == 0
    assert add(lab, checks, "PING\r\n", "+PONG", "QUIT\r\n", "+OK\r\n", initial=2) == 1, "another check"
    assert add(lab, checks, "PING\r\n", "+PONG", "QUIT\r\n", "+OK", initial=2) == 0, "the same check"
    assert add(lab, checks, "PING\r\n", "PO", "", "NG\r", "QUIT\r\n", "+PONG", initial=0) == 2
    assert add(lab, checks, "PING\r\n") == 3
    checks.use()
    for check in (0, 1):
        assert checks.wait_event(check, up=True, outcome="good")["reason"].startswith('answered "+OK\\r\\n" after ')
    # What was answered before the last "send" is no answer to it.
    late = checks.wait_event(2, up=False, outcome="bad")["reason"]
    assert late.startswith(r'answered "+OK\r\n", not "+PONG", and closed after '), late
    assert checks.wait_total("good", 1, check=3)["reason"].startswith("connected and sent after ")


def test_it_expects_before_it_sends(lab, checks):
    serve(lab, "node-b", PORT, each('send(b"220 here\\r\\n")', 'send(b"250" + lines.readline())'))
    add(lab, checks, "", "220", "HELO\r\n", "250HELO\r\n", initial=2)
    checks.use()
    checks.wait_event(up=True, outcome="good")


def test_an_answer_in_pieces(lab, checks):
    serve(lab, "node-b", PORT, each('for byte in b"abc+PO\\0NG": send(bytes([byte])); time.sleep(0.01)', "lines.readline()"))
    add(lab, checks, "x", "+PO\0NG", initial=2, timeout=5000)
    checks.use()
    assert checks.wait_event(up=True, outcome="good")["reason"].startswith('answered "abc+PO\\x00NG" after ')


def regex(lab, checks, pattern, **rules):
    words = [word for pair in (QUICK | rules).items() for word in pair]
    checks.ask("added", "check", "tcp", lab.address("node-b"), PORT, *words, "send", "0a", "expect_regex", pattern.encode().hex())
    checks.use()


def test_a_regular_expression(lab, checks):
    serve(lab, "node-b", PORT, each('send(b"role:\\0"); time.sleep(0.01); send(b"primary\\r\\n"); lines.read()'))
    regex(lab, checks, r"^role:\x00(master|primary)\r", initial=2, timeout=5000)
    assert checks.wait_event(up=True, outcome="good")["reason"].startswith(r'answered "role:\x00primary\r\n" after ')


@pytest.mark.parametrize("pattern,answer,reason", [
    ("^b", 'send(b"ab"); lines.read(); lines.read()', 'answered "ab", not "^b" within'),
    ("(a+)+$", 'send(b"a" * 40 + b"b"); time.sleep(100)', 'searching "(a+)+\\x24" takes too long'),
    ("^b", 'while True: send(b"a"); time.sleep(0.002)', 'searching "^b" takes too long'),
])
def test_a_regular_expression_that_does_not_match(lab, checks, pattern, answer, reason):
    serve(lab, "node-b", PORT, each(answer))
    regex(lab, checks, pattern, timeout=300 if "not" in reason else 20000)
    event = checks.wait_event(up=False, outcome="bad")
    assert event["reason"].startswith(reason), event


WRONG = {
    "another answer": (('send(b"-ERR \\x1b[31m\\"\\xff\\r\\n"); time.sleep(100)',),
                       r'answered "-ERR \x1b[31m\x22\xff\r\n", not "+PONG" within 300 ms'),
    "a long answer": (('send(b"7" * 99); time.sleep(100)',), f'answered "{"7" * 38}...", not "+PONG" within 300 ms'),
    "nothing": (("time.sleep(100)",), 'no "+PONG" within 300 ms'),
    "byte by byte for ever": (('while True: send(b"7"); time.sleep(0.03)',), 'answered "777'),
    "no end": (('while True: send(b"7" * 65536)',), 'answered 16 KiB without "+PONG" after '),
    "nuls": (('send(bytes(8)); time.sleep(100)',), r'answered "\x00\x00\x00\x00\x00\x00\x00\x00", not "+PONG" within 300 ms'),
    "closes": (("lines.readline()",), 'closed before "+PONG" after '),
    "answers and closes": (('send(b"-ERR\\r\\n"); lines.readline()',), r'answered "-ERR\r\n", not "+PONG", and closed after '),
    "a part": (('send(b"+PON"); lines.readline()',), 'answered "+PON", not "+PONG", and closed after '),
    "half-closed": (("connection.shutdown(socket.SHUT_WR); lines.readline(); lines.readline()",),
                    'closed before "+PONG" after '),
    "resets": (('connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes([1, 0, 0, 0, 0, 0, 0, 0]))',
                'lines.readline()', "lines.close()"), "receive: Connection reset by peer after "),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer(lab, checks, name):
    lines, reason = WRONG[name]
    serve(lab, "node-b", PORT, each(*lines))
    add(lab, checks, "PING\n", "+PONG")
    checks.use()
    event = checks.wait_event(up=False, outcome="bad")
    assert event["reason"].startswith(reason), event


def test_one_that_is_suspended_while_it_waits(lab, checks):
    def connections():
        return lab.run("node-a", "ss", "-Htn", "state", "established", "dport", f":{PORT}").stdout

    serve(lab, "node-b", PORT, each("time.sleep(100)"))
    add(lab, checks, "PING\n", "+PONG", timeout=60000)
    checks.use()
    wait_until(connections, "it is connected")
    checks.send("suspend", 0)
    wait_until(lambda: not connections(), "it is closed")
    checks.send("resume", 0)
    wait_until(connections, "it is connected again")
