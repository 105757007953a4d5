# SPDX-License-Identifier: GPL-2.0-or-later
"""A packet socket in a laboratory, for frames made by hand."""

import ctypes
import os
import socket

SOL_PACKET, PACKET_AUXDATA = 263, 8
CLONE_NEWNET = 0x40000000


def open_port(lab, member, interface):
    """A packet socket on an interface of another namespace; sockets stay where they were made."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/self/ns/net") as home, open(f"/run/netns/{lab.name}-{member}") as away:
        assert libc.setns(away.fileno(), CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
        try:
            port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
            port.bind((interface, 3))
        finally:
            assert libc.setns(home.fileno(), CLONE_NEWNET) == 0
    port.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    return port
