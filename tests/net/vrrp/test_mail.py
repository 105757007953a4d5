# SPDX-License-Identifier: GPL-2.0-or-later
"""Mail about changes of state, compared with keepalived, and what a bad mail server costs."""

import email
import email.utils
import pathlib
import time

import pytest

from tests.support.configuration import block, instance, sync_group
from tests.support.daemon import Keepalived
from tests.support.laboratory import wait_until
from tests.support.mail_server import PORT, REFUSED, MailServer
from tests.support.xbeatd import Xbeatd

RECIPIENTS = block("notification_email", "one@example.org two@example.org", "three@example.org")
MANY = 40


def globals_of(*lines, recipients=RECIPIENTS):
    return block("global_defs", recipients, f"smtp_server 127.0.0.1 {PORT}", "smtp_connect_timeout 2",
                 "script_user root", *lines)


NAMED = ("router_id R1", "smtp_helo_name helo.example.org", "notification_email_from from@example.org")


class Post:
    """A daemon on a node, and the mail server that it uses."""

    def __init__(self, lab, node, daemon, *texts):
        self.node = node
        self.server = MailServer(lab, node)
        self.daemon = daemon(lab, node, *texts).start()

    def events(self, about):
        """What is mailed about an instance or a group: "Entering MASTER state" …"""
        return [subject.split(" - ")[1] for subject in self.server.subjects()
                if subject.split("] ")[1].split(" - ")[0] == about]

    def wait_for(self, about, *events):
        wait_until(lambda: self.events(about) == [*events],
                   lambda: f"{self.node}: {about}: {events}: {self.server.subjects()}")

    def sent(self):
        """All mails but for their dates, those about each thing in their order."""
        found = {}
        for mail in self.server.mails():
            head, _, body = mail["text"].partition("\r\n\r\n")
            date, *lines = head.split("\r\n")
            assert email.utils.parsedate_to_datetime(date.removeprefix("Date: "))
            subject = email.message_from_string(mail["text"])["Subject"]
            found.setdefault(subject.split(" - ")[0], []).append(
                [mail["helo"], mail["sender"], mail["recipients"], lines, body])
        return found


def entering(*states):
    return [f"Entering {state} state" for state in states]


def both(lab, *texts):
    lab.cut("node-b")  # the nodes do not hear each other
    return [Post(lab, node, daemon, *texts)
            for node, daemon in zip(lab.nodes, (Xbeatd, Keepalived))]


def same(posts):
    """Compares what both have sent."""
    mine, theirs = (post.sent() for post in posts)
    assert mine == theirs
    return mine


@pytest.mark.laboratory(nodes=2)
@pytest.mark.parametrize("lines", [(), NAMED], ids=["host_name", "named"])
def test_same_mail_as_keepalived(lab, lines):
    """Start, Master, interface down, up, a reload that changes nothing, stop."""
    posts = both(lab, globals_of("smtp_alert", *lines), sync_group("both", "VI_1", "VI_2"),
                 instance("VI_1"), instance("VI_2", vrid=52))
    abouts = ("VRRP Instance VI_1", "VRRP Instance VI_2", "VRRP Group both")

    def wait_for(*events):
        for post in posts:
            for about in abouts:
                post.wait_for(about, *events)
    up = entering("BACKUP", "MASTER")
    wait_for(*up)
    for post in posts:
        lab.cut(post.node, "eth0", "--carrier")
    wait_for(*up, *entering("FAULT"))
    for post in posts:
        lab.run("switch", "ip", "link", "set", f"{post.node}.0", "up")
    wait_for(*up, *entering("FAULT"), *up)
    for post in posts:
        post.daemon.hang_up()
    wait_until(lambda: "eload" in posts[1].daemon.process.output(), "keepalived has reloaded")
    for post in posts:
        post.daemon.stop()
    assert len(same(posts)) == len(abouts)


@pytest.mark.laboratory(nodes=2)
def test_same_choice_as_keepalived(lab):
    """no_email_faults; instances without an alert; DELETED of one that a reload removes."""
    alerts = globals_of("smtp_alert", "smtp_alert_vrrp off", "no_email_faults", *NAMED)
    kept = instance("kept", "smtp_alert", vrid=53)
    posts = both(lab, alerts, instance("quiet"), kept,
                 instance("loud", "smtp_alert yes", "notify_deleted", vrid=52))
    told = entering("BACKUP", "MASTER")
    for post in posts:
        post.wait_for("VRRP Instance loud", *told)
        lab.cut(post.node, "eth0", "--carrier")
    for post in posts:
        wait_until(lambda post=post: "FAULT" in post.daemon.process.output() or
                   "down" in post.daemon.process.output(), "the interface is down")
        lab.run("switch", "ip", "link", "set", f"{post.node}.0", "up")
    for post in posts:
        post.wait_for("VRRP Instance loud", *told, *told)
        post.wait_for("VRRP Instance kept", *told, *told)
        post.daemon.configure(alerts, kept)
        post.daemon.hang_up()
    for post in posts:
        post.wait_for("VRRP Instance loud", *told, *told, "Deleted")
    assert set(same(posts)) == {"[R1] VRRP Instance loud", "[R1] VRRP Instance kept"}


def alerting(lab, *lines, server="127.0.0.1", recipients=RECIPIENTS, count=1):
    """Instances with an alert, and a script that notes each Master."""
    script = lab.write("note", f'#!/bin/sh\necho >>{lab.path("noted")}\n', 0o700)
    text = globals_of("smtp_alert", *NAMED, *lines, recipients=recipients)
    return [text.replace("127.0.0.1", server).replace("timeout 2", "timeout 1"),
            *(instance(f"VI_{n}", f'notify_master "{script}"', vrid=51 + n) for n in range(count))]


def runners(daemon):
    """The runner and the processes that it has forked for mail."""
    def is_runner(path):
        try:
            return path.joinpath("comm").read_text().strip() == "xbeat-runner"
        except OSError:  # it has ended
            return False
    named = [int(path.name) for path in pathlib.Path("/proc").glob("[0-9]*") if is_runner(path)]
    children = set(map(int, pathlib.Path(
        f"/proc/{daemon.child()}/task/{daemon.child()}/children").read_text().split()))
    return children & set(named)


@pytest.mark.laboratory(nodes=1)
@pytest.mark.parametrize("manner,step,reason", [
    ("silent", "greeting", "no answer within 1 s"),
    ("slow", "greeting", "no answer within 1 s"),
    ("greet_421", "greeting", "421 too busy"),
    ("data_451", "text", "451 later"),
    (None, "connection", "Connection refused"),
])
def test_bad_server(lab, manner, step, reason):
    """It is logged, and costs nothing else: scripts run, the instance goes on."""
    server = MailServer(lab, "node-a", manner) if manner else None
    node = Xbeatd(lab, "node-a", *alerting(lab)).start_active("VI_0")
    wait_until(lab.path("noted").exists, "the script has run")
    for state in ("BACKUP", "MASTER"):
        line = f'mail "VRRP Instance VI_0 - Entering {state} state" to 127.0.0.1 port {PORT}: {step}: '
        wait_until(lambda line=line: any(line in text and reason in text
                                         for text in node.process.output().splitlines()), line)
    assert node.state("VI_0") == "active" and (not server or not server.mails())


@pytest.mark.laboratory(nodes=1)
def test_resolver_that_hangs(lab):
    """Looking up a host name blocks only the process of that mail."""
    nowhere = lab.write("resolv.conf", "nameserver 10.77.0.250\noptions timeout:30\n", 0o644)
    node = Xbeatd(lab, "node-a", *alerting(lab, server="mail.example.org"))
    node.start("unshare", "-m", "sh", "-c", f'mount --bind {nowhere} /etc/resolv.conf; exec "$@"', "sh")
    node.wait_state("active", "VI_0")
    wait_until(lab.path("noted").exists, "the script has run")
    wait_until(lambda: node.process.output().count("host name: ") >= 2, "both mails are given up")


@pytest.mark.laboratory(nodes=1)
def test_one_recipient_is_refused(lab):
    """The others get the mail."""
    server = MailServer(lab, "node-a", "rcpt_550")
    recipients = block("notification_email", REFUSED, "two@example.org")
    node = Xbeatd(lab, "node-a", *alerting(lab, recipients=recipients)).start_active("VI_0")
    wait_until(lambda: len(server.mails()) == 2, "two mails arrive")
    assert [mail["recipients"] for mail in server.mails()] == [["two@example.org"]] * 2
    wait_until(lambda: f"recipient {REFUSED}: the server answered \"550 no such user\""
               in node.process.output(), "the refusal is logged")


@pytest.mark.laboratory(nodes=1)
def test_more_refusals_than_a_pipe_holds(lab):
    """What does not fit into the report is lost; the process, and the mails after it, are not."""
    MailServer(lab, "node-a", "refuses_all")
    recipients = block("notification_email", *(f"refused{n:03}@example.org" for n in range(500)))
    node = Xbeatd(lab, "node-a", *alerting(lab, recipients=recipients)).start_active("VI_0")
    for state in ("BACKUP", "MASTER"):
        wait_until(lambda state=state: f"Entering {state} state" in node.process.output(),
                   f"the refusals of {state} are logged")


@pytest.mark.laboratory(nodes=1)
def test_no_line_from_a_value(lab):
    """Control characters in a value begin no header and no command."""
    server = MailServer(lab, "node-a")
    text, routers = alerting(lab)
    text = text.replace("router_id R1", 'router_id "R1\rBcc: x@example.org\r\x85"')
    Xbeatd(lab, "node-a", text, routers).start_active("VI_0")
    wait_until(lambda: len(server.mails()) == 2, "two mails arrive")
    for mail in server.mails():
        head = mail["text"].partition("\r\n\r\n")[0]
        assert [line.partition(":")[0] for line in head.split("\r\n")] == [
            "Date", "From", "Subject", "X-Mailer", "To"]
        assert "\r" not in head.replace("\r\n", "") and "\x85" not in head


@pytest.mark.laboratory(nodes=1)
def test_many_at_once(lab):
    """With a server that hangs, few processes try at once, and all mails come to an end."""
    MailServer(lab, "node-a", "silent")
    node = Xbeatd(lab, "node-a", *alerting(lab, count=MANY)).start()
    most = 0

    def all_ended():
        nonlocal most
        most = max(most, len(runners(node)))
        return node.process.output().count("no answer within 1 s") == 2 * MANY
    wait_until(lambda: len(lab.path("noted").read_text()) == MANY if lab.path("noted").exists() else 0,
               "all scripts have run")
    wait_until(all_ended, "all mails are given up")
    assert 1 < most <= 16
    assert not runners(node)


@pytest.mark.laboratory(nodes=1)
def test_no_privileges(lab):
    """Whoever speaks with a server is no user of weight, and has no capability."""
    MailServer(lab, "node-a", "silent")
    node = Xbeatd(lab, "node-a", *alerting(lab)).start()
    wait_until(lambda: runners(node), "a mail is sent")
    deadline = time.monotonic() + 1
    status = {}
    while time.monotonic() < deadline and status.get("Uid", "0").split()[0] == "0":
        for pid in runners(node):
            lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
            status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    assert status["Uid"].split() == ["65534"] * 4 and status["Groups"].strip() == ""
    assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == 0 and status["NoNewPrivs"] == "1"
