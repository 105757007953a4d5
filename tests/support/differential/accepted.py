# SPDX-License-Identifier: GPL-2.0-or-later
"""The differences between xbeatd and keepalived that are accepted, each with its reason.

First those that are in every record, which are removed before records are compared; then those of
certain scenarios.
"""

import re

from tests.support.differential.compare import Accepted

# (reason, manual, pattern, replacement)
EVERYWHERE = [
    ("RFC 5227 section 3: the field of an announcement is ignored, and 0 by section 2.1.1.",
     "target MAC address of gratuitous ARP", r" target (00:00:00:00:00:00|ff:ff:ff:ff:ff:ff)", " target none"),
]
ANY = r".*"
CLAIM = r"claim 10.77.0.10[01] is node-[ab].0 .* x\d+"
PRIORITY_0 = r"advert \d+ priority 0 .*"
RIVAL = r'INSTANCE "VI_1" MASTER_RX_LOWER_PRI \d+'

ACCEPTED = [
    Accepted("keepalived 2.2.7 sees no owner in it; 2.3.3 and later accept it, as RFC 9568 does.",
             "advert with another list of addresses", "other_addresses", "kx",
             [(part, sign, ANY) for part in ("wire", "fifo", "network") for sign in "+-"]),
    Accepted("The address is restored at once. keepalived yields with priority 0 and returns.",
             "address, route or rule removed by others while Active", "address_removed", "x",
             [("wire", "-", r"advert 51 priority (0|150) .*"), ("wire", "-", CLAIM), ("wire", "+", CLAIM),
              ("fifo", "-", r'INSTANCE "VI_1" (BACKUP|MASTER) 150'),
              ("network", "-", r"eth0 has 10.77.0.10[01]/24 .*"), ("network", "+", r"eth0 has 10.77.0.10[01]/24 .*")]),
    Accepted("After the stall its addresses are fenced, so it yields before it takes them again.",
             "xbeatd hangs, or dies, while Active", "pause", "kx",
             [("fifo", "-", RIVAL), ("fifo", "+", RIVAL), ("fifo", "+", r'INSTANCE "VI_1" (BACKUP|MASTER) 150'),
              ("wire", "+", CLAIM), ("wire", "-", CLAIM)]),
    Accepted("One is enough, as at a stop.", "advert of priority 0 at a fault",
             r"(group_(member_)?)?script|track_interface|track_file|carrier_.*", "x",
             [("wire", sign, PRIORITY_0) for sign in "+-"]),
    Accepted("A flood of adverts must not cause a larger flood of announcements.",
             "adverts of lower priority in quick succession", "lower_stream", "x",
             [("wire", sign, r"claim 10.77.0.100 .* x\d+") for sign in "+-"]),
    Accepted("The other node need not wait for three intervals.",
             "member of a sync group that yields only with its group", "group.*", "x",
             [("wire", "+", PRIORITY_0)]),
    Accepted("ip route makes it so; an address behind a neighbour is no use to it.",
             "route without a gateway", "routes", "x",
             [("network", "-", r"10.79.0.0/24 dev eth0 metric 7"),
              ("network", "+", r"10.79.0.0/24 dev eth0 scope link metric 7")]),
    Accepted("Packets leave it with the source address of their interface, so it needs none of its own.",
             "interface of the virtual MAC address", "vmac_ipv6", "x",
             [("network", "-", r"vrrp.51 has link-local-node-[ab].0/64 .*")]),
    Accepted("Only so can a receiver see that no router was between.", "hop limit of unicast adverts over IPv6",
             "unicast_ipv6", "x", [("wire", "-", r"advert .* ttl 64 .*"), ("wire", "+", r"advert .* ttl 255 .*")]),
    Accepted("As after a takeover: neighbours may have missed the first set.", "address added by a reload",
             "reload_addresses", "x", [("wire", "+", r"claim 10.77.0.10[01] .* x5")]),
    Accepted("After a split the adverts of both cross: a lower one that arrives before the other node has "
             "yielded is notified and answered by announcements, in two keepalived, too, or not.",
             None, "cut_active", "kx", [(part, sign, pattern) for sign in "+-" for part, pattern in (
                 ("fifo", RIVAL), ("wire", r"claim 10.77.0.100 is node-[ab].0 .* x5"))], optional=True),
]


def plain(record):
    """A record without what differs everywhere."""
    def replaced(line):
        for _, _, pattern, replacement in EVERYWHERE:
            line = re.sub(pattern, replacement, line)
        return line
    return {step: {node: {part: [replaced(line) for line in lines] for part, lines in parts.items()}
                   for node, parts in nodes.items()}
            for step, nodes in record.items()}


def rule_for(scenario, combination, delta):
    """The accepted difference that a delta belongs to; None: it is not accepted."""
    return next((rule for rule in ACCEPTED if rule.matches(scenario, combination, delta)), None)
