#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Many service addresses at once: how long is the outage of each?

    ask_many.py serve NAME          answers on every address of the machine
    ask_many.py SECONDS ADDRESS…    asks all every 5 ms until each has changed its owner, or for
                                    this time; prints a line per address: ms from the last answer
                                    of the old owner to the first of the new one, inf if it did
                                    not move
"""

import socket
import sys
import time

PORT = 7001
INTERVAL = 0.005


def serve(name):
    import struct
    fd = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    fd.setsockopt(socket.IPPROTO_IP, socket.IP_PKTINFO if hasattr(socket, "IP_PKTINFO") else 8, 1)
    fd.bind(("0.0.0.0", PORT))
    while True:
        data, ancillary, _, sender = fd.recvmsg(64, socket.CMSG_SPACE(12))
        # Answers from the address that was asked.
        _, _, destination = struct.unpack("=I4s4s", ancillary[0][2])
        info = struct.pack("=I4s4s", 0, destination, b"\0\0\0\0")
        try:
            fd.sendmsg([name.encode() + b" " + data], [(socket.IPPROTO_IP, 8, info)], 0, sender)
        except OSError:
            pass  # the address was removed meanwhile


def take_answers(fd, last, moved):
    while True:
        try:
            data, (address, _) = fd.recvfrom(64)
        except BlockingIOError:
            return
        except OSError:
            continue  # an ICMP error
        owner, sent = data.split()[0], float(data.split()[1])
        before = last.get(address)
        if before and before[0] != owner and address not in moved:
            moved[address] = sent - before[1]
        last[address] = (owner, sent)


def ask(seconds, addresses):
    fd = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    fd.setblocking(False)
    fd.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    last, moved = {}, {}
    due = time.monotonic()
    end = due + seconds
    while due < end and len(moved) < len(addresses):
        for address in addresses:
            try:
                fd.sendto(b"%.6f" % time.monotonic(), (address, PORT))
            except OSError:
                pass
        while time.monotonic() < due + INTERVAL:
            take_answers(fd, last, moved)
            time.sleep(0.0005)
        due = max(due + INTERVAL, time.monotonic() - INTERVAL)
    for address in addresses:
        print(f"{moved.get(address, float('inf')) * 1e3:.1f}")


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2])
    else:
        ask(float(sys.argv[1]), sys.argv[2:])
