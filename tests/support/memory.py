# SPDX-License-Identifier: GPL-2.0-or-later
"""What a process has in memory, and what of it a core dump would contain."""

import re


class Region:
    """A line of /proc/PID/smaps with its flags."""

    def __init__(self, header):
        span, access, *rest = header.split()
        self.start, self.end = (int(number, 16) for number in span.split("-"))
        self.readable = access[0] == "r"
        self.shared = access[3] == "s"
        self.name = rest[3] if len(rest) > 3 else ""
        self.flags = set()

    def is_dumped(self):
        """In a core dump with the kernel's default coredump_filter: all anonymous memory."""
        return self.readable and not self.flags & {"dd", "io"}

    def __repr__(self):
        return f"{self.start:x}-{self.end:x} {self.name} {' '.join(sorted(self.flags))}"


def regions(pid):
    found = []
    with open(f"/proc/{pid}/smaps") as lines:
        for line in lines:
            if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
                found.append(Region(line))
            elif line.startswith("VmFlags:"):
                found[-1].flags = set(line.split()[1:])
    return found


def read(pid, region):
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        memory.seek(region.start)
        data = b""
        try:
            while len(data) < region.end - region.start:
                more = memory.read(region.end - region.start - len(data))
                if not more:
                    break
                data += more
        except OSError:  # [vvar] and the like
            pass
        return data


def holders(pid, secret):
    """The regions in which the bytes are."""
    return [region for region in regions(pid) if region.readable and secret in read(pid, region)]
