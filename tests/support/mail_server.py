#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A mail server on port 2525 of 127.0.0.1, which prints each mail as a line of JSON.

    mail_server.py MANNER     good; greet_421, rcpt_550, data_451: refuses there;
                              refuses_all: every recipient, at length;
                              silent, slow (a byte each second): accepts connections only
"""

import email
import json
import socket
import sys
import threading
import time

PORT = 2525
PROGRAM = __file__
REFUSED = "refused@example.org"  # by rcpt_550


class Handler:
    def __init__(self, manner):
        self.manner = manner

    async def handle_HELO(self, _server, session, _envelope, name):
        session.host_name = name
        return "250-this\r\n250 and that"

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if self.manner == "rcpt_550" and address == REFUSED:
            return "550 no such user"
        if self.manner == "refuses_all":
            return "550 " + 100 * "x"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, _server, session, envelope):
        if self.manner == "data_451":
            return "451 later"
        print(json.dumps({"helo": session.host_name, "sender": envelope.mail_from,
                          "recipients": envelope.rcpt_tos,
                          "text": envelope.content.decode("latin-1")}), flush=True)
        return "250 ok"


def serve_badly(manner):
    """Speaks to each client in the manner of a server that does not serve."""
    def speak(connection):
        with connection:
            if manner == "greet_421":
                connection.sendall(b"421 too busy\r\n")
            while manner == "slow":
                connection.sendall(b"2")
                time.sleep(1)
            while connection.recv(100):
                pass

    with socket.create_server(("127.0.0.1", PORT), backlog=100) as server:
        print("started", flush=True)
        while True:
            threading.Thread(target=speak, args=(server.accept()[0],), daemon=True).start()


def main(manner):
    if manner in ("silent", "slow", "greet_421"):
        serve_badly(manner)
    from aiosmtpd.controller import Controller
    Controller(Handler(manner), hostname="127.0.0.1", port=PORT).start()
    print("started", flush=True)
    threading.Event().wait()


class MailServer:
    """One in the namespace of a node."""

    def __init__(self, lab, node, manner="good"):
        from tests.support.laboratory import wait_until
        self.process = lab.spawn(node, "/usr/bin/python3", PROGRAM, manner, output=f"{node}-mail.log")
        wait_until(lambda: "started" in self.process.output(), f"a mail server runs on {node}")

    def mails(self):
        """In the order of their arrival: helo, sender, recipients, text."""
        return [json.loads(line) for line in self.process.output().splitlines() if line[:1] == "{"]

    def subjects(self):
        return [email.message_from_string(mail["text"])["Subject"] for mail in self.mails()]


if __name__ == "__main__":
    main(sys.argv[1])
