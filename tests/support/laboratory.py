# SPDX-License-Identifier: GPL-2.0-or-later
"""A laboratory made by scripts/lab, with the processes and files that run in it.

Each process that is started here is also stopped here, by its pid, and what a killed daemon leaves
(pins, socket) is removed, also when a test fails.
"""

import contextlib
import ipaddress
import json
import os
import pathlib
import select
import shutil
import signal
import subprocess
import tempfile
import time
import zlib

from tests.support.moment import Moment, overlap_ms, read_stalls

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build")).resolve()
PINS = pathlib.Path("/sys/fs/bpf/xbeat")
SOCKETS = pathlib.Path("/run/xbeat")
STATE = pathlib.Path("/var/lib/xbeat")
LAB = ROOT / "scripts" / "lab"


def some_ends(name):
    """The ends of the cables for a test of this name: one half runs with each of the two that are
    usual, always the same one. XBEAT_ENDS=plain or program: for all tests."""
    return os.environ.get("XBEAT_ENDS") or ("plain", "program")[zlib.crc32(name.encode()) % 2]


# A wait ends on its condition. This deadline only shows that the condition never comes: it is no
# limit, and no test depends on it.
NEVER_SECONDS = 90


def wait_until(predicate, what):
    """Returns the first true value of predicate(). Fails with what was waited for: a text, or a
    function that returns it."""
    end = time.monotonic() + NEVER_SECONDS
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {NEVER_SECONDS} s: {what() if callable(what) else what}")
        time.sleep(0.01)


def put_on_macvlan(lab, node):
    """eth0 becomes a macvlan on the cable, with the address that the cable had."""
    address = f"{lab.address(node)}/24"
    for command in ("link set eth0 down", "link set eth0 name cable", f"addr del {address} dev cable",
                    "link set cable up", "link add eth0 link cable type macvlan mode bridge",
                    f"addr add {address} dev eth0", "link set eth0 up"):
        lab.run(node, "ip", *command.split())


@contextlib.contextmanager
def uninterrupted():
    """Signals wait until this is done: a partial change could not be undone, or not be known."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Process:
    """A process in a member of the laboratory; its output is in a file."""

    def __init__(self, argv, output_path):
        self.output_path = output_path
        with open(output_path, "ab") as output:
            self.popen = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=output,
                                          stderr=subprocess.STDOUT, start_new_session=True)

    @property
    def pid(self):
        return self.popen.pid

    def running(self):
        return self.popen.poll() is None

    def cause(self):
        """In the message of a failure: why the kernel has ended it, if it has."""
        if self.popen.poll() == -signal.SIGSYS:
            return " (a system call that user/daemon/rights/system_calls.c does not list: see dmesg)"
        return ""

    def output(self):
        return self.output_path.read_text(errors="replace")

    def send_signal(self, number):
        if self.running():
            self.popen.send_signal(number)

    def wait(self):
        """Returns the exit status; negative: ended by that signal."""
        return self.popen.wait(timeout=NEVER_SECONDS)

    def end(self, number=signal.SIGTERM):
        self.send_signal(number)
        self.send_signal(signal.SIGCONT)
        try:
            return self.wait()
        except subprocess.TimeoutExpired:
            self.send_signal(signal.SIGKILL)
            return self.wait()


class Successor(Process):
    """A process that another one has started, and that goes on for it; its output is in the same
    file. It is no child: its exit status is not known."""

    def __init__(self, pid, output_path):
        self.output_path = output_path
        self._pid = pid
        self.pidfd = os.pidfd_open(pid)

    @property
    def pid(self):
        return self._pid

    def running(self):
        return not select.select([self.pidfd], [], [], 0)[0]

    def send_signal(self, number):
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, number)

    def wait(self):
        """Returns 0 after its end."""
        if not select.select([self.pidfd], [], [], NEVER_SECONDS)[0]:
            raise subprocess.TimeoutExpired(str(self.pid), NEVER_SECONDS)
        return 0


class Laboratory:
    """ends: of the cables in the switch: "program", "plain" or "gro" (scripts/lab)."""

    def __init__(self, name, nodes=3, links=1, ends="program"):
        self.name = name
        self.ends = ends
        self.nodes = [f"node-{chr(ord('a') + index)}" for index in range(nodes)]
        self.links = links
        self.processes = []
        self.losing_ports = set()
        self.directory = None

    def __enter__(self):
        try:
            with uninterrupted():
                self.directory = pathlib.Path(tempfile.mkdtemp(prefix=f"{self.name}-"))
            self.lab("up", str(len(self.nodes)), "--links", str(self.links), "--ends", self.ends)
            self.stalls = self.watch_stalls()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        with uninterrupted():
            self.remove()

    def remove(self):
        # The last started first: watchers end before the processes that they watch.
        for process in reversed(self.processes):
            with contextlib.suppress(subprocess.TimeoutExpired):  # the others are ended in any case
                process.end(signal.SIGKILL)
        try:
            self.lab("down")
        finally:
            self.remove_files()

    def remove_files(self):
        for member in [*self.nodes, "client"]:
            shutil.rmtree(PINS / self.instance(member), ignore_errors=True)
            # Also a ".new" that a killed daemon did not finish.
            for path in [*STATE.glob(f"{self.instance(member)}.*"), *self.run_files(member),
                         self.events_file(member)]:
                path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # not empty: other instances live
            PINS.rmdir()
        if self.directory:
            shutil.rmtree(self.directory, ignore_errors=True)

    def lab(self, *arguments):
        with uninterrupted():
            done = subprocess.run([LAB, "-n", self.name, *arguments], text=True,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, start_new_session=True)
        if done.returncode:
            raise RuntimeError(f"scripts/lab {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def watch_stalls(self):
        process = Process([BUILD / "tools" / "stalls"], self.path("stalls.log"))
        self.processes.append(process)
        wait_until(process.output, "stalls are recorded")
        return process

    def stalled_ms(self, start_ns, end_ns):
        """How long no task on the machine ran between these times (CLOCK_MONOTONIC)."""
        return overlap_ms(read_stalls(self.stalls.output()), start_ns, end_ns)

    def moment(self, act):
        """Calls a function. Returns its moment."""
        before_ns = time.time_ns()
        act()
        return Moment(self, before_ns, time.time_ns())

    def cut(self, *arguments):
        """Returns when it was done, CLOCK_MONOTONIC in ns."""
        self.lab("cut", *arguments)
        return time.monotonic_ns()

    def cut_together(self, *nodes, links=(0,)):
        """Cuts several nodes off within about a millisecond. Returns when."""
        commands = "".join(f"link set {node}.{link} nomaster\n" for node in nodes for link in links)
        batch = self.write("cut.batch", commands)
        return self.moment(lambda: self.run("switch", "ip", "-batch", batch))

    def flap(self, node, times, gone_s, back_s, link=0):
        """Its link goes down and up again and again, for these times, also on a busy machine."""
        port, bridge = f"{node}.{link}", f"br{link}"
        self.run("switch", "chrt", "-f", "40", "sh", "-c",
                 f"for i in $(seq {times}); do ip link set {port} nomaster; sleep {gone_s}; "
                 f"ip link set {port} master {bridge}; sleep {back_s}; done")

    def heal(self, *arguments):
        self.lab("heal", *arguments)
        return time.monotonic_ns()

    def lose_all(self, *rules):
        """Loses packets as tests/tools/lose.c describes, all rules at once. Returns when,
        CLOCK_MONOTONIC in ns."""
        self.losing_ports |= {rule.partition(",")[0] for rule in rules}
        return int(self.run("switch", BUILD / "tools" / "lose", BUILD / "tools" / "lose.bpf.o",
                            *rules).stdout)

    def lose(self, node, direction, link=0):
        """All packets from a member ("out"), or all to it ("in")."""
        return self.lose_all(f"{node}.{link},{'from' if direction == 'out' else 'to'}")

    def loss_between(self, sender, receiver):
        """The rules for all packets from one member to another, multicast included."""
        return [f"{receiver}.{link},to,{self.mac(sender, f'eth{link}')}" for link in range(self.links)]

    def part(self, *sides):
        """A partition: members of one side hear nothing of those of another. Members of no side
        hear all."""
        return self.lose_all(*(
            rule for side in sides for other in sides if other is not side
            for receiver in side for sender in other
            for rule in self.loss_between(sender, receiver)))

    def lose_nothing(self):
        """Ends all losses. Returns when, CLOCK_MONOTONIC in ns."""
        if self.losing_ports:
            lines = [f"qdisc del dev {port} clsact\n" for port in sorted(self.losing_ports)]
            self.run("switch", "tc", "-batch", self.write("loss.batch", "".join(lines)))
        self.losing_ports.clear()
        return time.monotonic_ns()

    def disturb(self, node, link=0, **wishes):
        """Puts a bad cable between a member and the switch (tests/tools/disturb.c). undisturb()
        removes it. The change itself may lose about 30 ms of packets."""
        port, inner, outer = f"{node}.{link}", f"d{node}.{link}", f"s{node}.{link}"
        self.run("switch", "ip", "-batch", self.write("disturb.batch", (
            f"link add {inner} type veth peer name {outer}\n"
            f"link set {inner} up\nlink set {outer} up master br{link}\n")))
        process = self.spawn("switch", "chrt", "-f", "40", BUILD / "tools" / "disturb", port, inner,
                             NEVER_SECONDS, *(f"{word}={number}" for word, number in wishes.items()))
        wait_until(lambda: "started" in process.output(), "the bad cable is there")
        # Until here there are two cables, which is better than no cable.
        self.run("switch", "ip", "link", "set", port, "nomaster")
        return process

    def undisturb(self, node, process, link=0):
        """Removes the bad cable. Returns its statistics."""
        process.end(signal.SIGINT)
        self.run("switch", "ip", "-batch", self.write("disturb.batch", (
            f"link del d{node}.{link}\nlink set {node}.{link} master br{link}\n")))
        return json.loads(process.output().splitlines()[-1])

    def instance(self, node):
        """The daemon name: pins and sockets of all nodes are on one machine."""
        return f"{self.name}-{node}"

    def run_files(self, node):
        """Its daemon's files under /run, the socket and the lock, but for the events, which stay."""
        return [path for path in SOCKETS.glob(f"{self.instance(node)}.*") if path != self.events_file(node)]

    def events_file(self, node):
        return SOCKETS / f"{self.instance(node)}.events"

    def address(self, node, link=0, family=4):
        number = self.nodes.index(node) + 1 if node in self.nodes else 200
        text = f"10.77.{link}.{number}" if family == 4 else f"fd77:{link}::{number}"
        return str(ipaddress.ip_address(text))

    def path(self, name):
        return self.directory / name

    def write(self, name, text, mode=0o600):
        path = self.path(name)
        path.write_text(text)
        path.chmod(mode)
        return path

    @staticmethod
    def argv(namespace, *command):
        return ["nsenter", f"--net=/run/netns/{namespace}", *map(str, command)]

    def spawn(self, member, *command, output=None):
        output_path = self.path(output or f"{member}-{len(self.processes)}.log")
        process = Process(self.argv(f"{self.name}-{member}", *command), output_path)
        self.processes.append(process)
        return process

    def follow(self, process, pid):
        """The process of this pid goes on for one that the laboratory started."""
        successor = Successor(pid, process.output_path)
        self.processes.append(successor)
        return successor

    def run(self, member, *command, check=True):
        done = subprocess.run(self.argv(f"{self.name}-{member}", *command), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=NEVER_SECONDS)
        if check and done.returncode:
            raise AssertionError(f"{member}: {' '.join(map(str, command))}: {done.stderr.strip()}")
        return done

    def ping(self, member, address, *options):
        """Pings until the address answers: a request or its resolution may be late or lost, as on a
        macvlan, whose multicast waits for a kernel thread."""
        command = ("ping", "-c", "1", "-W", "1", *options, address)
        wait_until(lambda: self.run(member, *command, check=False).returncode == 0, f"{address} answers {member}")

    def addresses(self, node):
        """The addresses of all interfaces of a node."""
        links = json.loads(self.run(node, "ip", "-j", "address", "show").stdout)
        return {entry["local"] for link in links for entry in link["addr_info"] if "local" in entry}

    def has_address(self, node, address):
        return address in self.addresses(node)

    def holders(self, address):
        return [node for node in self.nodes if self.has_address(node, address)]

    def wait_holders(self, address, nodes):
        """Waits until these nodes have the address, and no others."""
        wait_until(lambda: self.holders(address) == nodes,
                   lambda: f"{address} is on {nodes}: {self.holders(address)}")

    def mac(self, member, interface="eth0"):
        return json.loads(self.run(member, "ip", "-j", "link", "show", "dev", interface).stdout
                          )[0]["address"]

    def neighbours(self, member):
        """The link-layer address of each neighbour that a member knows."""
        return {entry["dst"]: entry["lladdr"]
                for entry in json.loads(self.run(member, "ip", "-j", "neigh", "show").stdout)
                if "lladdr" in entry}

    def has_program(self, node, interface="eth0"):
        return "xdp" in self.run(node, "ip", "link", "show", "dev", interface).stdout
