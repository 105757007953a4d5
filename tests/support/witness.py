# SPDX-License-Identifier: GPL-2.0-or-later
"""A witness made by hand: node 3 of a cluster of two nodes is the client of the laboratory."""

import time

from tests.support import wire
from tests.support.configuration import KEY, KEY_ID
from tests.support.moment import punctual
from tests.support.port import open_datagram

NODE_A, WITNESS = 1, 3
EPOCH = 5


class Witness:
    """Asks node-a over a socket of its own."""

    def __init__(self, lab, family):
        self.lab = lab
        self.source, self.destination = (lab.address(member, 0, family) for member in ("client", "node-a"))
        self.socket = open_datagram(lab, "client", self.source)
        self.epoch = 0  # node-a's
        self.seq = 0

    def exchange(self, payload):
        """Returns the answer and its time in ms."""
        with punctual():
            before_ns = time.monotonic_ns()
            self.socket.sendto(payload, (self.destination, wire.PORT))
            data = self.socket.recv(2048)
            after_ns = time.monotonic_ns()
        took_ms = (after_ns - before_ns) / 1e6 - self.lab.stalled_ms(before_ns, after_ns)
        assert len(data) == len(payload)
        answer = wire.parse(KEY, data, self.destination, self.source)
        assert answer["tag_good"]
        return answer, took_ms

    def fields(self):
        return {"key_id": KEY_ID, "prober_id": WITNESS, "responder_id": NODE_A,
                "prober_epoch": EPOCH, "responder_epoch": self.epoch, "t1_ns": time.monotonic_ns()}

    def build_probe(self, **fields):
        self.seq += 1
        return wire.build(KEY, self.source, self.destination, type=wire.PROBE, seq=self.seq,
                          **{**self.fields(), **fields})

    def probe(self, **fields):
        """The witness learns node-a's epoch from the answer."""
        reply, _ = self.exchange(self.build_probe(**fields))
        self.epoch = reply["responder_epoch"]

    def ask(self, subject_id):
        """Returns the view and its time in ms."""
        fields = self.fields()
        answer, took_ms = self.exchange(
            wire.build_query(KEY, self.source, self.destination, subject_id, **fields))
        assert (answer["type"], answer["t1_ns"]) == (wire.ANSWER, fields["t1_ns"])
        assert answer["view"]["subject_id"] == subject_id
        return answer["view"], took_ms

    def read_page(self, number):
        """A page of node-a's statement."""
        fields = self.fields()
        answer, _ = self.exchange(wire.build_compare(KEY, self.source, self.destination, number, **fields))
        assert (answer["type"], answer["t1_ns"]) == (wire.COMPARED, fields["t1_ns"])
        assert answer["page"]["page"] == number
        return answer["page"]

    def is_ignored(self, payload):
        self.socket.sendto(payload, (self.destination, wire.PORT))
        try:
            return not self.socket.recv(2048)
        except TimeoutError:
            return True
