# SPDX-License-Identifier: GPL-2.0-or-later
"""Sockets in a laboratory, for packets made by hand."""

import contextlib
import ctypes
import os
import socket

SOL_PACKET, PACKET_AUXDATA = 263, 8
CLONE_NEWNET = 0x40000000
ETH_P_ALL = 3


@contextlib.contextmanager
def inside(lab, member):
    """Inside the network namespace of a member; sockets stay where they were made."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/self/ns/net") as home, open(f"/run/netns/{lab.name}-{member}") as away:
        assert libc.setns(away.fileno(), CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
        try:
            yield
        finally:
            assert libc.setns(home.fileno(), CLONE_NEWNET) == 0


def open_port(lab, member, interface):
    """A packet socket on an interface of a member."""
    with inside(lab, member):
        # With a protocol it would receive from all interfaces until it is bound.
        port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        port.bind((interface, ETH_P_ALL))
    port.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    return port


def open_datagram(lab, member, address, seconds=1):
    """A UDP socket with an address of a member."""
    with inside(lab, member):
        port = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
        port.bind((address, 0))
    port.settimeout(seconds)
    return port
