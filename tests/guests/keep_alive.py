#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""keep_alive.py ADDRESS PORT: HTTP clients that hold their connections. Reads commands, a line each,
and answers each with a line of JSON:

    open N     N more connections that stay; each sends a request
    ask [N]    a request on each that stays, on N at once
    new N      N connections for one request each, one after the other

The answer counts by what came: the text of the answer, or the name of an error."""

import collections
import errno
import json
import resource
import select
import socket
import sys

REQUEST = b"GET / HTTP/1.1\r\nHost: pool\r\n\r\n"
SECONDS = 60
FILES_MAX = 30000
AT_ONCE = 100
REPORTED = 1000


def connect(address):
    connection = socket.create_connection(address, SECONDS)
    connection.setblocking(False)
    return connection


def body(data):
    """The text of a complete answer, else None. Its length is in the head."""
    head, found, rest = data.partition(b"\r\n\r\n")
    if not found:
        return None
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n")
                  if line.lower().startswith(b"content-length:"))
    return rest.decode().strip() if len(rest) >= length else None


def result_of(connection, received):
    try:
        data = connection.recv(4096)
    except OSError as error:
        return errno.errorcode[error.errno]
    received[connection] += data
    return body(received[connection]) if data else "closed"


def ask(connections):
    """A request on each at once. Returns the results by connection."""
    results, received = {}, collections.defaultdict(bytes)
    poll = select.epoll()
    by_fd = {connection.fileno(): connection for connection in connections}
    for connection in connections:
        try:
            connection.send(REQUEST)
            poll.register(connection, select.EPOLLIN)
        except OSError as error:
            results[connection] = errno.errorcode[error.errno]
    while len(results) < len(connections):
        ready = poll.poll(SECONDS)
        if not ready:
            break
        for fd, _ in ready:
            result = result_of(by_fd[fd], received)
            if result:
                results[by_fd[fd]] = result
                poll.unregister(fd)
    for connection in connections:
        results.setdefault(connection, "no answer")
    return results


def new(address):
    try:
        with connect(address) as connection:
            return ask([connection])[connection]
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))


def ask_some(held, at_once=AT_ONCE):
    """A few at once: the queues of a slow machine have an end."""
    results = []
    for first in range(0, len(held), at_once):
        results += ask(held[first:first + at_once]).values()
    return results


def open_some(address, count, held):
    results = []
    for done in range(0, count, AT_ONCE):
        some = [connect(address) for _ in range(min(AT_ONCE, count - done))]
        results += ask_some(some)
        held += some
        if len(held) % REPORTED == 0:
            print(f"{len(held)} held", file=sys.stderr, flush=True)
    return results


def main():
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES_MAX, FILES_MAX))
    address, held = (sys.argv[1], int(sys.argv[2])), []
    for line in sys.stdin:
        verb, count = (*line.split(), "0")[:2]
        if verb == "new":
            results = [new(address) for _ in range(int(count))]
        elif verb == "open":
            results = open_some(address, int(count), held)
        else:
            results = ask_some(held, int(count) or AT_ONCE)
        print(json.dumps(collections.Counter(results)), flush=True)


main()
