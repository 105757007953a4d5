# SPDX-License-Identifier: GPL-2.0-or-later
"""Virtual routers of xbeatd and keepalived beside each other, from the same configuration texts."""

import json
import time

from tests.support.cluster import Keepalived, Xbeatd
from tests.support.laboratory import wait_until

PROGRAMS = {"xbeatd": Xbeatd, "keepalived": Keepalived}
# Of the nodes in their order: who runs what.
BOTH_WAYS = [("xbeatd", "keepalived"), ("keepalived", "xbeatd")]


def statement(key, value):
    """value: True for a bare key, a list for a block, else one word or several."""
    if value is True:
        return [key]
    if isinstance(value, list):
        return [f"{key} {{", *(f"    {line}" for line in value), "}"]
    return [f"{key} {value}"]


def instance(name, vips, **keys):
    """Text of a vrrp_instance: keys override version 3, VRID 51 and adverts of 100 ms on eth0."""
    keys = {"interface": "eth0", "version": 3, "virtual_router_id": 51, "advert_int": 0.1, **keys,
            "virtual_ipaddress": vips}
    lines = [line for key, value in keys.items() if value is not None
             for line in statement(key, value)]
    return "\n".join([f"vrrp_instance {name} {{", *(f"    {line}" for line in lines), "}", ""])


def start(lab, node, program, text):
    return PROGRAMS[program](lab, node, lab.write(f"{node}.conf", text)).start()


def held(lab, node):
    """All addresses of a node's interfaces."""
    return {entry["local"] for link in json.loads(lab.run(node, "ip", "-j", "address").stdout)
            for entry in link["addr_info"] if "local" in entry}


def wait_holders(lab, vip, nodes, seconds=10):
    """Until these nodes have the address, and no others. Returns after how many seconds."""
    begin = time.monotonic()
    wait_until(lambda: [node for node in lab.nodes if vip in held(lab, node)] == nodes, seconds,
               f"{vip} is on {nodes}")
    return time.monotonic() - begin


def mac_of(lab, node, interface="eth0"):
    return json.loads(lab.run(node, "ip", "-j", "link", "show", "dev", interface).stdout
                      )[0]["address"]


def link_local_of(lab, node, interface="eth0"):
    """The interface's own: virtual addresses have a prefix of 128 bits."""
    link = json.loads(lab.run(node, "ip", "-j", "address", "show", "dev", interface).stdout)[0]
    return next(entry["local"] for entry in link["addr_info"]
                if entry["scope"] == "link" and entry["prefixlen"] == 64)


def neighbours(lab, member):
    """The link-layer address of each neighbour that a member knows."""
    return {entry["dst"]: entry["lladdr"]
            for entry in json.loads(lab.run(member, "ip", "-j", "neigh", "show").stdout)
            if "lladdr" in entry}
