# SPDX-License-Identifier: GPL-2.0-or-later
"""The text of configurations, block by block, in the grammar that xbeatd and keepalived share."""

import textwrap
from dataclasses import dataclass, field

VRID = 51
VIP = "10.77.0.100"
# All tests that make packets by hand use this key.
KEY_ID, KEY = 1, bytes(range(16))


@dataclass
class Settings:
    """A cluster's configuration; only the priority differs between nodes."""

    interval: str = "10ms"
    multiplier: int = 3
    daemon_timeout: str = "300ms"
    family: int = 4
    advert_interval: str = "1"
    priorities: list = field(default_factory=lambda: [150, 100, 50])
    vip: str = VIP
    preempt: bool = True
    client_is_node: bool = False
    members: list = None  # nodes of the heartbeat block in its order; None: all of the laboratory
    witness: str = ""  # a node of the laboratory that is the witness
    heartbeat_lines: list = field(default_factory=list)  # more lines of the heartbeat block
    instance_lines: list = field(default_factory=list)
    vip_lines: list = field(default_factory=list)  # of virtual_ipaddress; empty: vip alone
    routed: bool = False  # all links
    heartbeat_links: list = None  # None: all of the laboratory's
    heartbeat_addresses: dict = field(default_factory=dict)  # of a member, one per link; else the laboratory's


def block(head, *lines):
    """A line may be several, or a block itself."""
    body = "".join(f"{line.rstrip()}\n" for line in lines)
    return f"{head} {{\n{textwrap.indent(body, '    ')}}}\n"


def statement(key, value):
    """value: None: no statement, True: a bare keyword, a list: a block, else one or several
    tokens."""
    if value is None:
        return []
    if value is True:
        return [key]
    return [block(key, *value) if isinstance(value, list) else f"{key} {value}"]


def default_vip(vrid):
    """VIP is the address for VRID."""
    return f"10.77.0.{vrid - VRID + 100}"


def instance(name="VI_1", *lines, vrid=VRID, vips=None, **keys):
    """A vrrp_instance, by default on eth0, of version 3, with adverts of 0.1 s. lines: any of its
    statements and blocks; keys: as for statement()."""
    values = {"interface": "eth0", "version": 3, "virtual_router_id": vrid, "priority": 100,
              "advert_int": "0.1", **keys}
    return block(f"vrrp_instance {name}",
                 *(line for key, value in values.items() for line in statement(key, value)), *lines,
                 block("virtual_ipaddress", *(vips or [f"{default_vip(vrid)}/24"])))


def sync_group(name, *members):
    return block(f"vrrp_sync_group {name}", block("group", *members))


def write_key(lab):
    """The key file of a laboratory's nodes."""
    path = lab.path("lan.key")
    return path if path.exists() else lab.write(path.name, f"{KEY_ID} {KEY.hex()}\n")


def heartbeat(lab, settings=None, key_file=None, **changes):
    """The heartbeat block of all nodes. changes: settings that replace the given ones."""
    settings = settings or Settings(**changes)
    links = range(lab.links) if settings.heartbeat_links is None else settings.heartbeat_links
    lines = [f"interface eth{link}{' routed' if settings.routed else ''}" for link in links]
    known = lab.nodes + ["client"]
    members = (settings.members or lab.nodes) + (["client"] if settings.client_is_node else [])
    for member in members:
        addresses = settings.heartbeat_addresses.get(
            member, [lab.address(member, link, settings.family) for link in links])
        witness = " witness" if member in ("client", settings.witness) else ""
        lines.append(f"node {known.index(member) + 1} {member} {' '.join(addresses)}{witness}")
    return block("heartbeat lan", *lines, f"key_file {key_file or write_key(lab)}",
                 f"interval {settings.interval}", f"multiplier {settings.multiplier}",
                 f"daemon_timeout {settings.daemon_timeout}", *settings.heartbeat_lines)
