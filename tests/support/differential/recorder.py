# SPDX-License-Identifier: GPL-2.0-or-later
"""What one node sends, notifies and installs, in steps, as lines without times.

Equal packets of one kind that follow each other are one line. How many there were is part of it,
except for periodic adverts and for lines of the FIFO about adverts of a rival, which come at its
rate. Packets are in order for each virtual router; what belongs to different ones has no order. MAC
addresses and link-local addresses of the laboratory get a name.
"""

import contextlib
import itertools
import os

from tests.support.differential.network import network_lines
from tests.support.watch import Advert, Claim, Watch

BYTES_MAX = 1 << 20
BROADCAST = "ff:ff:ff:ff:ff:ff"
# Shorter than every delay of the configurations.
BURST_GAP_NS = 400 * 10**6
STATES = ("MASTER", "BACKUP", "FAULT", "STOP", "DELETED")


def advert_key(advert):
    return (advert.vrid, advert.family)


def advert_line(advert):
    authentication = f" authentication {advert.authentication.hex()}" if advert.authentication else ""
    return (f"advert {advert.vrid} priority {advert.priority} version {advert.version} "
            f"interval {advert.interval_cs} {advert.source} to {advert.destination} ttl {advert.ttl} "
            f"class {advert.traffic_class:#x} checksum {advert.checksum}{authentication} "
            f"[{' '.join(advert.addresses)}] {advert.mac} to {advert.destination_mac}")


def claim_line(claim):
    kind = (f"ARP {('', 'request', 'reply')[claim.operation]} target {claim.target_mac}" if claim.operation
            else f"NA flags {claim.flags:#x}")
    return (f"claim {claim.address} is {claim.claimed_mac} {kind} {claim.mac} to {claim.destination_mac}")


def burst_lines(burst):
    return [f"{line} x{count}" for line, count in burst.items()]


def is_answer(packet):
    """An ARP reply to one neighbour: a gratuitous request is answered, too, by who has the address."""
    return isinstance(packet, Claim) and packet.operation == 2 and packet.destination_mac != BROADCAST


class Stream:
    """The packets of one virtual router, without the repetitions of adverts. Claims that follow each
    other quickly are a burst: each kind once, in order, with its number."""

    def __init__(self):
        self.last_advert = None
        self.packets = []

    def add(self, packet):
        """Returns whether it is no repetition."""
        if isinstance(packet, Advert):
            line = advert_line(packet)
            if packet.priority and line == self.last_advert:
                return False
            self.last_advert = line if packet.priority else None
        self.packets.append(packet)
        return True

    def take(self):
        lines, burst, since_ns = [], {}, 0
        for packet in self.packets:
            if isinstance(packet, Advert) and packet.priority:
                lines += [*burst_lines(burst), advert_line(packet)]
                burst = {}
                continue
            if packet.time_ns - since_ns > BURST_GAP_NS:
                lines += burst_lines(burst)
                burst = {}
            line = (advert_line if isinstance(packet, Advert) else claim_line)(packet)
            burst[line] = burst.get(line, 0) + 1
            since_ns = packet.time_ns
        self.packets = []
        return lines + burst_lines(burst)


class Recorder:
    """counted: whether the number of bursts of claims is part of the record; without it, equal bursts
    are listed once for each step."""

    def __init__(self, lab, node, counted=True):
        self.lab, self.node, self.counted = lab, node, counted
        self.watches = [Watch(lab, node, link) for link in range(lab.links)]
        self.fifo_path, self.log_path = lab.path(f"{node}.fifo"), lab.path(f"{node}.notified")
        self.log_path.touch()
        os.mkfifo(self.fifo_path, 0o600)
        self.fifo = os.open(self.fifo_path, os.O_RDWR | os.O_NONBLOCK)
        self.told, self.rest, self.log_lines = [], "", 0
        self.streams, self.owners, self.states = {}, {}, {}
        self.events = 0  # how much has been recorded
        self.base = set(network_lines(lab, node))

    def close(self):
        os.close(self.fifo)
        for watch in self.watches:
            watch.port.close()

    def names(self):
        """The laboratory's own addresses, which are random."""
        for node in self.lab.nodes:
            for link in range(self.lab.links):
                entry = self.lab.links_of[node][link]
                yield entry["mac"], f"{node}.{link}"
                yield entry["link_local"], f"link-local-{node}.{link}"

    def read(self):
        """Returns whether something new happened."""
        before = self.events
        for watch in self.watches:
            watch.read()
            packets, watch.packets, watch.sender_macs = watch.packets, [], []
            for packet in packets:
                if packet.sent and not is_answer(packet):
                    self.add_packet(packet)
        with contextlib.suppress(BlockingIOError):
            self.add_notifications(os.read(self.fifo, BYTES_MAX).decode())
        size = self.log_path.stat().st_size
        self.events += size != self.log_lines
        self.log_lines = size
        return self.events != before

    def add_packet(self, packet):
        if isinstance(packet, Advert):
            key = advert_key(packet)
            self.owners.update({address: key for address in packet.addresses})
        else:
            keys = {key for key in self.streams if key[1] == (4 if packet.operation else 6)}
            default = keys.pop() if len(keys) == 1 else ("none", 0)
            key = self.owners.get(packet.address, default)
        new = self.streams.setdefault(key, Stream()).add(packet)
        self.events += new and (self.counted or isinstance(packet, Advert))

    def add_notifications(self, text):
        *lines, self.rest = (self.rest + text).split("\n")
        for line in lines:
            self.told.append(line)
            words = line.split()
            if len(words) > 2 and words[2] in STATES:
                self.states[words[1].strip('"')] = words[2]
        self.events += len(lines)

    def take(self):
        """The record of the step that ends here."""
        self.read()
        wire = [line for key in sorted(self.streams, key=str) for line in self.take_stream(key)]
        told, self.told = [line for line, _ in itertools.groupby(self.told)], []
        log = sorted(self.log_path.read_text().splitlines())
        self.log_path.write_text("")
        self.log_lines = 0
        network = network_lines(self.lab, self.node)
        gone = [f"gone: {line}" for line in sorted(self.base - set(network))]
        parts = {"wire": wire, "fifo": told, "scripts": log,
                 "network": [line for line in network if line not in self.base] + gone}
        return {part: [self.name(line) for line in lines] for part, lines in parts.items()}

    def take_stream(self, key):
        lines = self.streams[key].take()
        return lines if self.counted else list(dict.fromkeys(lines))

    def name(self, line):
        for text, name in self.names():
            line = line.replace(text, name)
        return line
