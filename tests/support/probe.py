# SPDX-License-Identifier: GPL-2.0-or-later
"""vip_probe in a laboratory: a responder on every node, a client that asks the service address."""

import json
import signal

from tests.support.laboratory import BUILD, wait_until

PORT = 7000
PROGRAM = BUILD / "tools" / "vip_probe"


# So that a busy machine does not distort what the nodes do.
REALTIME = ("chrt", "-f", "40")
# The client runs until it is stopped; this only limits the number of requests it can store.
ASK_SECONDS_MAX = 600


def serve_everywhere(lab):
    for node in lab.nodes:
        lab.spawn(node, *REALTIME, PROGRAM, "serve", node, PORT)


class Client:
    def __init__(self, lab, address, interval_us=1000):
        self.process = lab.spawn("client", *REALTIME, PROGRAM, "ask", address, PORT, interval_us,
                                 ASK_SECONDS_MAX)

    def lines(self):
        complete = [line for line in self.process.output().split("\n")[:-1]]
        return [json.loads(line) for line in complete]

    def owner(self):
        """The last node that answered; None before the first answer."""
        changes = [line for line in self.lines() if line["event"] == "owner"]
        return changes[-1]["to"] if changes else None

    def wait_owner(self, node):
        wait_until(lambda: self.owner() == node, f"the client is answered by {node}")

    def finish(self):
        """Returns the result: counts and outages."""
        self.process.end(signal.SIGINT)
        return self.lines()[-1]
