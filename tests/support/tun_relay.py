# SPDX-License-Identifier: GPL-2.0-or-later
"""A cable between two nodes without Ethernet headers: a tun interface in each, and a process that
carries packets between them.

As a program: tun_relay.py NAMESPACE NAMESPACE INTERFACE TYPE
"""

import ctypes
import fcntl
import os
import select
import struct
import sys

from tests.support.laboratory import ROOT, wait_until

CLONE_NEWNET = 0x40000000
TUNSETIFF, TUNSETLINK = 0x400454CA, 0x400454CD
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
ARPHRD_NONE = 0xFFFE  # the type of a tun, which can pretend to be another one
TUN = "tun0"
PACKET_BYTES_MAX = 65535
# Of node-a and node-b. Bytes 12 and 13 of their packets differ: there Ethernet has its type.
ADDRESSES = {4: ("10.94.20.1", "10.95.20.2"), 6: ("fd94:0:1::1", "fd94:0:2::2")}


def open_tun(namespace, interface, kind):
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    if libc.setns(descriptor, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), f"setns {namespace}")
    os.close(descriptor)
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH", interface.encode(), IFF_TUN | IFF_NO_PI))
    fcntl.ioctl(tun, TUNSETLINK, kind)
    return tun


def relay(ends):
    other = {ends[0]: ends[1], ends[1]: ends[0]}
    while True:
        for end in select.select(ends, [], [])[0]:
            try:
                os.write(other[end], os.read(end, PACKET_BYTES_MAX))
            except OSError:  # an end is down
                pass


def connect(lab, nodes=("node-a", "node-b"), kind=ARPHRD_NONE):
    """Makes the cable, of interfaces of a type (the kernel's ARPHRD_…). Returns the relay's process:
    the interfaces end with it."""
    process = lab.spawn("client", "env", f"PYTHONPATH={ROOT}", sys.executable, __file__,
                        *(f"{lab.name}-{node}" for node in nodes), TUN, kind)
    wait_until(lambda: all(lab.run(node, "ip", "link", "show", TUN, check=False).returncode == 0
                           for node in nodes), "both ends are there")
    for node in nodes:
        lab.run(node, "ip", "link", "set", TUN, "up")
    for addresses in ADDRESSES.values():
        for index, node in enumerate(nodes):
            lab.run(node, "ip", "addr", "add", addresses[index], "peer", addresses[1 - index], "dev",
                    TUN, *(["nodad"] if ":" in addresses[0] else []))
    return process


if __name__ == "__main__":
    relay([open_tun(namespace, sys.argv[3], int(sys.argv[4])) for namespace in sys.argv[1:3]])
