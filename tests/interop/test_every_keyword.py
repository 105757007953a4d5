# SPDX-License-Identifier: GPL-2.0-or-later
"""Every keyword of keepalived 2.4.3 has the class that keywords.txt gives it."""

import pathlib
import re
import subprocess

import pytest

from tests.support.laboratory import BUILD

TABLE = pathlib.Path(__file__).with_name("keywords.txt")

# What a block needs besides the statement that is examined; its own kind of statement replaces it.
BASE = {
    "": [],
    "global_defs": [],
    "vrrp_instance V": ["interface eth0", "virtual_router_id 1", "virtual_ipaddress { 10.0.0.9 }"],
    "vrrp_sync_group G": ["group { V\nW\n}"],
    "vrrp_script A": ["script /usr/bin/true"],
    "vrrp_track_process A": ["process a"],
    "track_file A": ["file /run/x"],
    "vrrp_track_file A": ["file /run/x"],
    "virtual_server 10.0.0.9 80": ["lvs_sched rr", "lvs_method NAT", "protocol TCP",
                                   "sorry_server 10.0.0.6 80", "real_server 10.0.0.5 80 {", "}"],
    "HTTP_GET": ["url {", "path /", "}"],
    "SSL_GET": ["url {", "path /", "}"],
    "MISC_CHECK": ["misc_path /usr/bin/true"],
    "FILE_CHECK": ["track_file F"],
    "BFD_CHECK": ["name C"],
    "bfd_instance B": ["neighbor_ip 10.0.0.2"],
    "url": ["path /"],
}
# Old names of what a block needs.
OLD = {"lb_algo": "lvs_sched", "lb_kind": "lvs_method", "neighbour_ip": "neighbor_ip"}
# What a file needs besides the block that is examined.
REST = """global_defs { script_user root
enable_script_security
notification_email { x@example.org }
smtp_server 127.0.0.1
}
vrrp_script S { script /usr/bin/true }
vrrp_track_process P { process nginx }
vrrp_track_file F { file /run/x }
bfd_instance C { neighbor_ip 10.0.0.9 }
virtual_server 10.0.0.9 9 {
lvs_sched rr
lvs_method NAT
protocol TCP
real_server 10.0.0.5 80 {
BFD_CHECK { name A }
BFD_CHECK { name B }
}
}
"""
WHOLE = "".join(f"vrrp_instance {name} {{ interface eth0\nvirtual_router_id {vrid}\n"
                f"virtual_ipaddress {{ 10.0.0.{vrid} }}\n}}\n" for name, vrid in (("V", 91), ("W", 92)))
# Nothing that any keyword takes, and more words than any of them has.
NONSENSE = "'' " * 9


def table():
    """The statements of each block, with their classes."""
    blocks = {}
    for line in TABLE.read_text().splitlines():
        if line.startswith("["):
            rows = blocks.setdefault(line[1:-1], [])
        elif line and not line.startswith("#"):
            rows.append(line.split("\t"))
    return blocks


BLOCKS = table()


def words(statement):
    return [part.strip() for part in statement.split(" ; ")]


def outer_keywords(lines):
    """The keywords of these lines that are not in a block of them."""
    keywords, depth = set(), 0
    for line in lines:
        depth -= line == "}"
        if not depth:
            keywords.add(OLD.get(line.split()[0], line.split()[0]))
        depth += line.endswith("{")
    return keywords


def needed(name, lines):
    """What a block needs besides these lines."""
    keywords = outer_keywords(lines)
    base, kept = BASE.get(name, []), []
    for line in base:
        if line.split()[0] not in keywords - {"}"}:
            kept.append(line)
        elif line.endswith("{"):
            return kept
    return kept


def configuration(block, lines):
    """A file with these lines in a block, and the number of the first line of that block."""
    names = block.split(" / ") if block else []
    own = names[:1] == ["vrrp_instance V"]
    text = REST + ("" if own else WHOLE)
    first = text.count("\n") + 1
    for name in names[::-1] or [""]:
        lines = needed(name, lines) + lines
        if name:
            lines = [f"{name} {{", *lines, "}"]
    return text + "\n".join(lines) + "\n", first


def remarks(path, text, first):
    """The kinds and texts of what xbeatctl remarks on the lines from the block's first line on."""
    path.write_text(text)
    done = subprocess.run([BUILD / "xbeatctl", "check", path], capture_output=True, text=True)
    found = re.findall(r":(\d+):\d+: (error|warning): (.*)", done.stdout + done.stderr)
    return [(kind, said) for line, kind, said in found if int(line) >= first]


def classify(path, block, statement):
    lines = words(statement)
    if lines[0].endswith("{") and not lines[-1].endswith("}"):
        lines.append("}")
    said = remarks(path, *configuration(block, lines))
    kinds = [kind for kind, _ in said]
    if "error" in kinds:
        return "unknown" if any("unknown keyword" in text for _, text in said) else "refused"
    if kinds:
        return "warned" if len(kinds) == 1 else f"{len(kinds)} warnings"
    keyword = lines[0].split()[0]
    return "served" if remarks(path, *configuration(block, [f"{keyword} {NONSENSE}"])) else "silent"


def test_all_are_there():
    statements = [(block, row[1].split()[0]) for block, rows in BLOCKS.items() for row in rows]
    assert len(statements) == len(set(statements)) == 531
    assert {row[0] for rows in BLOCKS.values() for row in rows} == {"served", "silent", "warned",
                                                                    "refused"}


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split(" ")[-1] or "top")
def test_class(block, tmp_path):
    found = {statement: classify(tmp_path / "a.conf", block, statement)
             for _, statement in BLOCKS[block]}
    assert found == {statement: kind for kind, statement in BLOCKS[block]}
