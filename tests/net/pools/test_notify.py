# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs, lines of FIFOs and mails about servers and quorums, in keepalived's words."""

import contextlib
import os

import pytest

from tests.support.configuration import block, instance
from tests.support.laboratory import wait_until
from tests.support.mail_server import MailServer
from tests.support.pools import VIP, Pools, Server, programs, real_server, tcp, virtual_server

pytestmark = pytest.mark.laboratory(nodes=2)
VS = f"[{VIP}]:tcp:80"


@pytest.fixture
def server(lab):
    return Server(lab, "node-b", 8001).start()


def rs(server):
    return f"[{server.ip}]:tcp:{server.port}"


class Reader:
    """Reads a FIFO that the daemon has made."""

    def __init__(self, path):
        self.path, self.text, self.file = path, "", None

    def lines(self):
        if self.file is None:
            self.file = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)
        with contextlib.suppress(BlockingIOError):
            self.text += os.read(self.file, 1 << 16).decode()
        return self.text.splitlines()


def test_programs_and_fifo_lines(lab, server):
    command, lines = programs(lab)
    fifo = Reader(lab.path("lvs.fifo"))
    node = Pools(lab, "node-a", block("global_defs", "script_user root", f"lvs_notify_fifo {fifo.path}"),
                 virtual_server(f'quorum_up "{command} quorum up"', f'quorum_down "{command} quorum down"', "omega",
                                real_server(server, f'notify_up "{command} server up"',
                                            f'notify_down "{command} server down"'))).start()
    node.wait_checked(server)
    server.stop()
    node.wait_server(server, "down")
    server.start()
    node.wait_server(server, "up")
    expected = ["quorum up", "server down", "quorum down", "server up", "quorum up"]
    wait_until(lambda: sorted(lines()) == sorted(expected), lines)
    assert fifo.lines() == [f"VS {VS} UP", f"RS {rs(server)} {VS} DOWN", f"VS {VS} DOWN", f"RS {rs(server)} {VS} UP",
                            f"VS {VS} UP"]
    node.stop()
    wait_until(lambda: sorted(lines()) == sorted([*expected, "server down", "quorum down"]), lines)
    assert fifo.lines()[-2:] == [f"RS {rs(server)} {VS} DOWN", f"VS {VS} DOWN"]
    assert not fifo.path.exists()


@pytest.mark.parametrize("script", [False, True])
def test_lines_of_notify_fifo(lab, server, script):
    """notify_fifo takes the lines of pools, too, beside those of instances; notify_fifo_script reads them."""
    path, read = lab.path("all.fifo"), lab.path("read.lines")
    os.chmod(lab.directory, 0o755)
    reads = lab.write("reads.sh", f"#!/bin/sh\nexec cat \"$1\" > {read}\n", mode=0o755)
    fifo = Reader(path)
    node = Pools(lab, "node-a", block("global_defs", "script_user root", f"notify_fifo {path}",
                                      *([f"notify_fifo_script {reads}"] if script else [])),
                 instance("VI_1"), virtual_server(real_server(server))).start()
    node.wait_checked(server)
    server.stop()
    node.wait_server(server, "down")
    expected = [f"VS {VS} UP", f"RS {rs(server)} {VS} DOWN", f"VS {VS} DOWN"]

    def lines():
        got = read.read_text().splitlines() if script else fifo.lines()
        return [line for line in got if line.startswith(("VS", "RS"))], got
    wait_until(lambda: lines()[0] == expected, lines)
    wait_until(lambda: 'INSTANCE "VI_1" MASTER 100' in lines()[1], lines)


def test_no_omega(lab, server):
    command, lines = programs(lab)
    node = Pools(lab, "node-a", block("global_defs", "script_user root"),
                 virtual_server(f'quorum_down "{command} quorum down"',
                                real_server(server, f'notify_down "{command} server down"'))).start()
    node.stop()
    assert lines() == []


def test_alpha_that_stays_down(lab, server):
    """The first result confirms it: reported once."""
    command, lines = programs(lab)
    server.stop()
    node = Pools(lab, "node-a", block("global_defs", "script_user root"),
                 virtual_server("alpha", real_server(server, f'notify_down "{command} down"'))).start()
    node.wait_checked(server)
    assert node.server(server)["state"] == "down" and node.pool()["state"] == "down"
    wait_until(lambda: node.server(server)["checks"][0]["results"]["bad"] > 3, "checked again and again")
    assert lines() == ["down"]


def test_at_the_start_only_if_wanted(lab, server):
    command, lines = programs(lab)
    node = Pools(lab, "node-a", block("global_defs", "script_user root", "rs_init_notifies"),
                 virtual_server(real_server(server, f'notify_up "{command} up"'))).start()
    wait_until(lambda: lines() == ["up"], lines)
    node.wait_checked(server)
    assert lines() == ["up"]


def mail_globals(*lines):
    return block("global_defs", block("notification_email", "ops@example.org"), "smtp_server 127.0.0.1 2525",
                 "router_id R1", *lines)


def test_mails(lab, server):
    mails = MailServer(lab, "node-a")
    node = Pools(lab, "node-a", mail_globals(), virtual_server("smtp_alert", real_server(server))).start()
    node.wait_checked(server)
    server.stop()
    subjects = [f"[R1] Virtualserver {VS} - UP", f"[R1] Realserver {rs(server)} of virtual server {VS} - DOWN",
                f"[R1] Virtualserver {VS} - DOWN"]
    wait_until(lambda: sorted(mails.subjects()) == sorted(subjects), mails.subjects)
    texts = " ".join(mail["text"] for mail in mails.mails())
    assert "=> TCP CHECK failed on service <=" in texts and "=> Lost quorum 1-0=1 > 0 <=" in texts, texts


def test_mails_of_servers_only(lab, server):
    """Two checks fail, the server is down once."""
    mails = MailServer(lab, "node-a")
    node = Pools(lab, "node-a", mail_globals("no_checker_emails"),
                 virtual_server(real_server(server, check=tcp() + tcp(f"connect_port {server.port + 1}")))).start()
    node.wait_server(server, "down")
    node.wait_checked(server)
    wait_until(lambda: len(mails.subjects()) == 1, mails.subjects)
    server.stop()
    wait_until(lambda: all(check["state"] == "down" for check in node.server(server)["checks"]), "both are down")
    assert len(mails.subjects()) == 1
