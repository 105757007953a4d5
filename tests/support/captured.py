# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeatctl capture, and its files as tshark reads them."""

import json
import re
import signal
import subprocess
from collections import Counter
from dataclasses import dataclass

from tests.support.laboratory import PINS, ROOT, wait_until
from tests.support.xbeatd import find_bpftool

DISSECTOR = ROOT / "dist" / "wireshark" / "xbeat.lua"
FIELDS = ("frame.number", "frame.comment", "frame.packet_flags_direction", "frame.interface_name", "frame.len",
          "frame.cap_len", "frame.time_epoch", "xbeat.response_in", "xbeat.response_time")
REASONS = re.findall(r"^\tX\(\w+, (\w+),", (ROOT / "include" / "xbeat" / "drop.h").read_text(), re.M)
PROGRAM = re.compile("xbeat_(ip_|tc_)?seen")


@dataclass
class Packet:
    comment: str
    outbound: bool
    interface: str
    fields: dict
    data: bytes = b""

    @property
    def reasons(self):
        """Those under which it was refused."""
        _, _, text = self.comment.partition("refused: ")
        return [reason for reason in re.findall(r"(?:^|, )(\w+) \(", text) if reason in REASONS]


def tshark(path, *arguments):
    done = subprocess.run(["tshark", "-2", "-n", "-X", f"lua_script:{DISSECTOR}", "-r", path, *arguments],
                          capture_output=True, check=True)
    errors = done.stderr.decode().replace('Running as user "root" and group "root". This could be dangerous.', "").strip()
    assert not errors, errors
    return done.stdout


def read(path):
    """All packets of a file, which must be complete and without malformed ones that we made."""
    arguments = [part for field in FIELDS for part in ("-e", field)]
    text = tshark(path, "-T", "fields", "-E", "separator=|", *arguments).decode()
    rows = [dict(zip(FIELDS, line.split("|"))) for line in text.splitlines()]
    packets = [Packet(row["frame.comment"], row["frame.packet_flags_direction"] == "0x00000002",
                      row["frame.interface_name"], row) for row in rows]
    raw = tshark(path, "-F", "pcap", "-w", "-")
    offset = 24
    for packet in packets:
        length = int.from_bytes(raw[offset + 8:offset + 12], "little")
        packet.data = raw[offset + 16:offset + 16 + length]
        offset += 16 + length
    assert offset == len(raw)
    return packets


def comments(path):
    """Without the dissector, which takes long for very many."""
    text = subprocess.run(["tshark", "-n", "-r", path, "-T", "fields", "-e", "frame.comment"], capture_output=True,
                          text=True, check=True).stdout
    return text.splitlines()


def start(daemon, path, *options):
    """A capture that runs, once it does."""
    process = subprocess.Popen([*daemon.ctl_argv("capture", "-w", path, *options)], stderr=subprocess.PIPE, text=True)
    wait_until(lambda: process.poll() is not None or runs(daemon), "the capture runs")
    assert process.poll() is None, process.stderr.read()
    return process


def runs(daemon):
    return any(interface["program_id"] in programs() for interface in daemon.json("status")["interfaces"])


def end(process, number=signal.SIGINT):
    """Returns what it printed."""
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    return errors


def bpftool(*arguments):
    return json.loads(subprocess.run([find_bpftool(), "-j", *arguments], capture_output=True, check=True).stdout or "[]")


def programs():
    """Those that capture, of all daemons of this machine: id -> ids of their maps."""
    return {each["id"]: set(each.get("map_ids", [])) for each in bpftool("prog", "show")
            if PROGRAM.fullmatch(each.get("name", ""))}


class Traces:
    """What the captures of one daemon have in the kernel, also after its end. Its program of tc is gone when
    the maps are, which it shares."""

    def __init__(self, daemon):
        self.own_map = bpftool("map", "show", "pinned", PINS / daemon.instance / "xb_self")["id"]
        self.seen = set()

    def look(self):
        """The programs that are loaded. Remembers their maps."""
        found = {program: maps for program, maps in programs().items() if self.own_map in maps}
        self.seen.update(*found.values())
        return found

    def maps(self):
        return {each["id"] for each in bpftool("map", "show") if each["id"] in self.seen
                and each.get("name", "").startswith("xb_capture")}

    def wait_gone(self):
        wait_until(lambda: not self.look() and not self.maps(), "the programs and maps of a capture are gone")


def count_reasons(packets):
    return Counter(reason for packet in packets for reason in packet.reasons)
