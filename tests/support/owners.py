# SPDX-License-Identifier: GPL-2.0-or-later
"""Which node answers for a service address, at each millisecond, by an ARP prober and a client.

Both take their times from CLOCK_MONOTONIC. Two nodes own the address if two answer one ARP request,
or if one answers the client while another answers ARP requests.
"""

import json
import signal
import time
from dataclasses import dataclass

from tests.support.laboratory import BUILD
from tests.support.moment import merged
from tests.support.probe import ASK_SECONDS_MAX, REALTIME, Client

WHO_HAS = BUILD / "tools" / "who_has"
NS_PER_MS = 10**6


@dataclass(frozen=True)
class Span:
    """Successive requests that the same nodes answered: the times of the first and the last, and
    for the prober also their number."""
    owners: frozenset
    first_ns: int
    last_ns: int
    requests: int = 0

    def within(self, start_ns, end_ns):
        """The part in this time; None: there is no such part."""
        first, last = max(self.first_ns, start_ns), min(self.last_ns, end_ns)
        return Span(self.owners, first, last, self.requests) if first <= last else None


def parts(spans, start_ns, end_ns):
    return [part for part in (span.within(start_ns, end_ns) for span in spans) if part]


def arp_spans(lab, result):
    nodes = {lab.mac(node): node for node in lab.nodes}
    return [Span(frozenset(nodes.get(mac, mac) for mac in run["owners"]), run["first_ns"], run["last_ns"],
                 run["requests"])
            for run in result["runs"]]


def client_spans(lines):
    """The client's changes of owner, without its outages."""
    changes = [line for line in lines if line["event"] == "owner"]
    outages = [(outage["start_monotonic_ns"], outage["start_monotonic_ns"] + outage["duration_ns"],
                outage["from"] != outage["to"]) for outage in lines[-1]["outages"]]
    ends = [change["monotonic_ns"] for change in changes[1:]] + [lines[-1]["last_answered_ns"]]
    spans = []
    for change, end in zip(changes, ends):
        owners, start = frozenset([change["to"]]), change["monotonic_ns"]
        for outage_start, outage_end, last in outages:
            if start <= outage_start < end:
                spans.append(Span(owners, start, outage_start))
                start = end if last else outage_end
        if start < end:
            spans.append(Span(owners, start, end))
    return spans


@dataclass(frozen=True)
class Outage:
    """From the last answered request to the next. Lost requests give its length: a prober that was
    late itself did not ask."""
    start_ns: int
    end_ns: int
    lost: int

    def length_ms(self, interval_ns):
        return (self.lost + 1) * interval_ns / NS_PER_MS


def outages_of(spans):
    """Two spans without an answer never follow each other."""
    return [Outage(before.last_ns, after.first_ns, silent.requests)
            for before, silent, after in zip(spans, spans[1:], spans[2:]) if not silent.owners]


class Owners:
    """The observations of prober and client together."""

    def __init__(self, arp, client, client_result, interval_ns, stalled_ms):
        self.stalled_ms = stalled_ms  # the time for which no task on the machine ran
        self.arp = arp
        self.client = client
        self.client_result = client_result
        self.interval_ns = interval_ns

    def two_owners(self, start_ns=0, end_ns=2**62):
        """The times in which two nodes answered, as (start, end) in ns."""
        found = [(span.first_ns, span.last_ns + self.interval_ns)
                 for span in parts(self.arp, start_ns, end_ns) if len(span.owners) > 1]
        for asked in parts(self.client, start_ns, end_ns):
            for span in parts(self.arp, asked.first_ns, asked.last_ns):
                # So far a request of the client may be from one of the prober: a change of owner in
                # between is no overlap.
                if span.owners and span.owners != asked.owners and \
                        span.last_ns - span.first_ns > self.interval_ns:
                    found.append((span.first_ns, span.last_ns))
        return merged(found)

    def two_owners_ms(self, start_ns=0, end_ns=2**62):
        return sum(end - start for start, end in self.two_owners(start_ns, end_ns)) / NS_PER_MS

    def outages(self):
        """Outages of the prober and of the client."""
        client = [Outage(outage["start_monotonic_ns"], outage["start_monotonic_ns"] + outage["duration_ns"],
                         outage["lost"]) for outage in self.client_result["outages"]]
        return outages_of(self.arp) + client

    def outage_ms(self, start_ns=0, end_ns=2**62):
        """The longest outage that overlaps this time."""
        return max((outage.length_ms(self.interval_ns) for outage in self.outages()
                    if outage.start_ns < end_ns and outage.end_ns > start_ns), default=0)

    def order(self, start_ns=0, end_ns=2**62):
        """The nodes that answered alone, one after the other, by ARP."""
        names = []
        for span in parts(self.arp, start_ns, end_ns):
            if len(span.owners) == 1 and names[-1:] != list(span.owners):
                names += span.owners
        return names


class OwnerWatch:
    """Asks each millisecond until finish()."""

    def __init__(self, lab, address, interval_us=1000):
        self.lab = lab
        self.start_ns = time.monotonic_ns()
        self.client = Client(lab, address, interval_us)
        self.prober = lab.spawn("client", *REALTIME, WHO_HAS, "eth0", address, interval_us, ASK_SECONDS_MAX)

    def finish(self):
        for process in (self.prober, self.client.process):
            process.send_signal(signal.SIGINT)
        client_result = self.client.finish()
        self.prober.wait()
        result = json.loads(self.prober.output())
        return Owners(arp_spans(self.lab, result), client_spans(self.client.lines()), client_result,
                      result["interval_ns"], self.lab.stalled_ms(self.start_ns, time.monotonic_ns()))
