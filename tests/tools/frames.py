# SPDX-License-Identifier: GPL-2.0-or-later
"""frames.py INTERFACE PREFIX: prints frames whose source MAC begins with PREFIX, in hex, a line each."""

import socket
import sys

ETH_P_ALL = 3

frames = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
frames.bind((sys.argv[1], ETH_P_ALL))
print("started", flush=True)
while True:
    frame = frames.recv(65536)
    if frame[6:].startswith(bytes.fromhex(sys.argv[2])):
        print(frame.hex(), flush=True)
