# SPDX-License-Identifier: GPL-2.0-or-later
"""Plays tests/interop/pools/scenarios through a daemon: keepalived, or xbeatd. All at once, each as a
virtual_server of its own. Their checks are MISC_CHECKs of a script that takes its next result from a
file; reports are read from lvs_notify_fifo."""

import contextlib
import os
import pathlib
import threading
import time

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "interop/pools/scenarios"
SCRIPT = """#!/bin/sh
# The first word is the exit status; the last one stays.
read -r word rest <"$1"
[ -z "$rest" ] || echo "$rest" >"$1"
echo >>"$1.runs"
exit "$word"
"""
STATUS = {"good": "0", "bad": "1"}
NEVER_SECONDS = 300
SORRY = 99


class Pace:
    """In seconds: how often the daemon checks, how long the rest takes after a check, and how long until
    a file is read."""

    def __init__(self, delay_loop, delay_before_retry, settled, file):
        self.loop, self.retry, self.settled, self.file = delay_loop, delay_before_retry, settled, file


def option(words, name, default=None):
    return words[words.index(name) + 1] if name in words else default


class Check:
    def __init__(self, words, folder, pace):
        self.pace = pace
        self.is_file, self.server, self.words = words[0] == "file", words[1], words
        self.path = folder / f"{words[1]}.{words[2]}"
        self.retry = int(option(words, "retry", "0"))
        self.begins = option(words, "begins", "0" if self.is_file else "good")
        self.set([self.begins])

    def runs(self):
        path = pathlib.Path(f"{self.path}.runs")
        return path.stat().st_size if path.exists() else 0

    def set(self, results):
        """At once: the script must see all of it."""
        new = pathlib.Path(f"{self.path}.new")
        new.write_text(" ".join(STATUS.get(result, result) for result in results) + "\n")
        new.rename(self.path)

    def play(self, results):
        if self.is_file:
            for result in results:
                self.path.write_text(f"{result}\n")
                time.sleep(self.pace.settled)
            return
        before = self.runs()
        self.set(results)
        # a run that was going on, those of the results, and until the last one counts
        self.wait(before + 1 + len(results) + self.retry + 1)

    def wait(self, runs):
        deadline = time.monotonic() + NEVER_SECONDS
        while self.runs() < runs:
            assert time.monotonic() < deadline, (self.path, self.runs(), runs)
            time.sleep(0.1)

    def block(self):
        if self.is_file:
            reverse = " reverse" if "reverse" in self.words else ""
            return (f"FILE_CHECK {{\ntrack_file {self.path.parent.name}_{self.path.name.replace('.', '_')}\n"
                    f"weight {option(self.words, 'weight', '1')}{reverse}\n}}")
        flags = "".join(f"\n{ours}" for word, ours in (("alpha", "alpha"), ("dynamic", "misc_dynamic"))
                        if word in self.words)
        return (f"MISC_CHECK {{\nmisc_path \"{self.path.parents[1]}/check {self.path}\"\nmisc_timeout 20\n"
                f"retry {self.retry}{flags}\n}}")

    def track_file(self):
        name = f"{self.path.parent.name}_{self.path.name.replace('.', '_')}"
        return f"track_file {name} {{\nfile {self.path}\n}}" if self.is_file else ""


class Scenario:
    def __init__(self, number, path, work, pace):
        self.name, self.number, self.pace = path.stem, number, pace
        self.folder = work / path.stem
        self.folder.mkdir(parents=True)
        self.pool, self.servers, self.checks, self.steps = ["pool"], {}, [], []
        for line in path.read_text().splitlines():
            self.take(line.split(), line)
        self.found, self.since = [], 0  # of each step: its line, reports, what is held

    def take(self, words, line):
        if words[0] == "pool":
            self.pool = words
        elif words[0] == "server":
            self.servers[words[1]] = words
        elif words[0] in ("check", "file"):
            self.checks.append(Check(words, self.folder, self.pace))
        elif words[0] == ">":
            self.steps[-1][1].append(line[2:])
        elif words[0] == "=":
            self.steps[-1][2] = words[1:]
        elif words[0] != "#":
            self.steps.append([line, [], []])

    @property
    def address(self):
        return f"10.9.0.{self.number}"

    def server_address(self, name):
        return f"10.8.{self.number}.{SORRY if name == 'sorry' else 1 + list(self.servers).index(name)}"

    def server_block(self, name, words):
        checks = [check.block() for check in self.checks if check.server == name]
        inhibit = ["inhibit_on_failure"] if "inhibit" in words else []
        return "\n".join([f"real_server {self.server_address(name)} 80 {{",
                          f"weight {option(words, 'weight', '1')}", *inhibit, *checks, "}"])

    def block(self):
        settings = [f"delay_loop {self.pace.loop}", f"delay_before_retry {self.pace.retry}", "warmup 0"]
        settings += [f"{name} {option(self.pool, name)}" for name in ("quorum", "hysteresis") if name in self.pool]
        settings += ["omega"] if "omega" in self.pool else []
        if "sorry" in self.pool:
            settings += [f"sorry_server {self.server_address('sorry')} 80"]
        settings += ["sorry_server_inhibit"] if "sorry_inhibit" in self.pool else []
        return "\n".join([*(check.track_file() for check in self.checks),
                          f"virtual_server {self.address} 80 {{", "lvs_sched rr", "lvs_method NAT",
                          "protocol TCP", *settings,
                          *(self.server_block(name, words) for name, words in self.servers.items()), "}"])

    def words_of(self, weights):
        """What a data plane holds, in the words of the scenario. weights: by address."""
        return [f"{name}:{weights[self.server_address(name)]}" for name in (*self.servers, "sorry")
                if self.server_address(name) in weights]

    def report(self, line):
        """A line of the FIFO; None: of another scenario."""
        words = line.split()
        if words[0] == "VS" and words[1] == f"[{self.address}]:tcp:80":
            return {"UP": "gained", "DOWN": "lost"}[words[2]]
        if words[0] == "RS" and words[2] == f"[{self.address}]:tcp:80":
            name = next(name for name in self.servers
                        if words[1] == f"[{self.server_address(name)}]:tcp:80")
            return f"{words[3].lower()} {name}"
        return None

    def look(self, step, lines, held):
        reports = [self.report(line) for line in lines[self.since:]]
        return [step, [each for each in reports if each], self.words_of(held(self))]

    def note(self, step, fifo, held):
        """held(scenario): the weights in the data plane, by address."""
        lines = fifo.lines()
        self.found.append(self.look(step, lines, held))
        self.since = len(lines)

    def wait(self, step, fifo, held):
        """Nothing shows when a file has been read."""
        deadline = time.monotonic() + self.pace.file
        while self.look(step[0], fifo.lines(), held) != step and time.monotonic() < deadline:
            time.sleep(self.pace.settled)

    def play(self, fifo, held):
        """All steps but the stop, which is of all."""
        for check in self.checks:
            if not check.is_file:
                check.wait(check.retry + 2)
        time.sleep(self.pace.settled)
        self.note("start", fifo, held)
        for step in self.steps[1:]:
            words = step[0].split()
            if words == ["stop"]:
                return
            check = next(check for check in self.checks
                         if (check.server, check.words[2]) == (words[0], words[1]))
            check.play(words[2:])
            time.sleep(self.pace.settled)
            if check.is_file:
                self.wait(step, fifo, held)
            self.note(step[0], fifo, held)

    def differences(self):
        """Of each step that differs: the step, what is expected, what was found. At the start checks
        end in any order."""
        for (step, reports, held), (_, found_reports, found_held) in zip(self.steps, self.found, strict=True):
            if step == "start":
                reports, found_reports = sorted(reports), sorted(found_reports)
            if (reports, held) != (found_reports, found_held):
                yield f"{self.name}, {step}", (reports, held), (found_reports, found_held)


class Fifo:
    """Of lvs_notify_fifo: opened before the daemon, so that no line is lost."""

    def __init__(self, path):
        os.mkfifo(path, 0o600)
        self.file = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        self.text, self.lock = b"", threading.Lock()

    def lines(self):
        with self.lock, contextlib.suppress(BlockingIOError):
            while text := os.read(self.file, 1 << 16):
                self.text += text
        return self.text.replace(b"\0", b"").decode().splitlines()


class Play:
    """All scenarios; work: an empty folder."""

    def __init__(self, work, pace):
        (work / "check").write_text(SCRIPT)
        (work / "check").chmod(0o755)
        self.scenarios = [Scenario(number, path, work, pace)
                          for number, path in enumerate(sorted(FOLDER.glob("*.pool")), 1)]
        self.path = work / "fifo"
        self.fifo = Fifo(self.path)

    def configuration(self, *more):
        lines = ["global_defs {", f"lvs_notify_fifo {self.path}", "script_user root", *more, "}"]
        return "\n".join([*lines, *(scenario.block() for scenario in self.scenarios)]) + "\n"

    def play(self, held):
        """All steps but stops, while the daemon runs."""
        errors = []

        def one(scenario):
            try:
                scenario.play(self.fifo, held)
            except Exception as error:  # of a thread: reported below
                errors.append((scenario.name, error))

        threads = [threading.Thread(target=one, args=(scenario,)) for scenario in self.scenarios]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not errors, errors

    def stopped(self, held):
        """The daemon has ended. Returns all differences, by step."""
        for scenario in self.scenarios:
            if scenario.steps[-1][0] == "stop":
                scenario.note("stop", self.fifo, held)
        return {step: (expected, found) for scenario in self.scenarios
                for step, expected, found in scenario.differences()}

    def step_count(self):
        return sum(len(scenario.steps) for scenario in self.scenarios)
