# SPDX-License-Identifier: GPL-2.0-or-later
"""What a daemon has installed on a node, as lines: interfaces, addresses, routes, rules."""

import json

ASK = ("ip -j -d address show; ip -4 route show table all proto keepalived; "
       "ip -6 route show table all proto keepalived; ip -4 rule show; ip -6 rule show")
ADDRESS_KEYS = ("address", "broadcast", "scope", "label", "nodad", "deprecated", "noprefixroute", "home",
                "mngtmpaddr", "autojoin", "protocol")


def address_line(name, entry):
    words = [f"{key} {entry[key]}" for key in ADDRESS_KEYS if entry.get(key) not in (None, False, name)]
    return f"{name} has {entry['local']}/{entry['prefixlen']} {' '.join(words)}"


def link_lines(link):
    """Interfaces of the laboratory itself: only their addresses."""
    name = link["ifname"]
    if name != "lo" and not name.startswith("eth"):
        info = link["linkinfo"]
        yield (f"{name} is {info['info_kind']} {info.get('info_data', {}).get('mode', '')} on {link.get('link')} "
               f"{link['address']} {'up' if 'UP' in link['flags'] else 'down'}")
    for entry in link["addr_info"]:
        yield address_line(name, entry)


def network_lines(lab, node):
    """Addresses stand in the order of the kernel."""
    text = lab.run(node, "sh", "-c", ASK).stdout
    links, end = json.JSONDecoder().raw_decode(text)
    lines = [line for link in links for line in link_lines(link)]
    return lines + [" ".join(line.split()) for line in text[end:].splitlines() if line.strip()]
