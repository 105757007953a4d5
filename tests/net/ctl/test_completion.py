# SPDX-License-Identifier: GPL-2.0-or-later
"""bash, zsh and fish complete verbs, options, and the names that a running daemon has."""

import os
import pty
import re
import select
import subprocess

import pytest

from tests.support.configuration import block
from tests.support.laboratory import BUILD, NEVER_SECONDS, ROOT

pytestmark = pytest.mark.laboratory(nodes=2)
COMPLETION = ROOT / "dist/completion"
PATH = dict(os.environ, PATH=f"{BUILD}:{os.environ['PATH']}", TERM="dumb", HOME="/dev/null/none")
# Words after xbeatctl, and what the last of them becomes.
CASES = [
    (["fail"], ["failover"]),
    (["failover", ""], ["VI_1"]),
    (["-j", "explain", "VI"], ["VI_1"]),
    (["explain", ""], ["VI_1", "node-b"]),
    (["failover", "-t", "1m", ""], ["VI_1"]),
    (["failover", "VI_1", "-t", "1"], ["10m", "1h"]),
    (["priority", "VI_1", ""], ["default"]),
    (["app", ""], ["web", "beat"]),
    (["app", "beat", ""], ["web"]),
    (["peers", ""], ["node-b"]),
    (["interfaces", ""], ["eth0"]),
    (["drops", "bad_t"], ["bad_ttl", "bad_type", "bad_tag"]),
    (["events", "--kind", "pr"], ["priority", "probes", "program"]),
    (["node", ""], ["remove", "add"]),
    (["node", "remove", ""], ["node-b"]),
    (["node", "add", "node-x", "id", "3", ""], ["address", "witness"]),
    (["import", f"{ROOT}/READ"], [f"{ROOT}/README.md"]),
    (["help", "pri"], ["priority"]),
    (["keys", ""], ["show", "add", "activate", "retire"]),
    (["keys", "retire", ""], ["1"]),
    (["keys", "add", ""], []),
    (["chain", "show", ""], ["eth0"]),
    (["pool", ""], ["list", "show", "explain", "drain", "enable", "disable", "weight"]),
    (["watch", "pool", ""], ["list", "show", "explain"]),
    (["watch", "keys", ""], ["show"]),
    (["watch", "pe"], ["peers"]),
    (["watch", "dr"], ["drops"]),
    (["watch", "-n", "2s", "peers", ""], ["node-b"]),
    (["watch", "peers", "--d"], ["--detail"]),
    (["watch", "app", ""], ["web"]),
    (["watch", "watch", ""], []),
    (["drain", "--fo"], ["--force"]),
    (["failover", "VI_1", "--force", "--fo"], ["--for", "--force"]),
    (["peers", "--d"], ["--detail"]),
    (["failover", "VI_2"], []),
    (["failover", "VI_1", ""], []),
    (["priority", "VI_1", "7", ""], []),
    (["drain", ""], []),
    (["nonsense", ""], []),
]
BASH = (f'source {COMPLETION}/xbeatctl.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _xbeatctl;'
        'printf "%s\\n" "${COMPREPLY[@]}"')
FISH = f"source {COMPLETION}/xbeatctl.fish; complete -C \"$argv\""


@pytest.fixture
def daemon(cluster):
    return cluster.daemon("node-a", block("vrrp_app web", "timeout 60s")).start()


def lines(argv):
    return subprocess.run(argv, env=PATH, stdout=subprocess.PIPE, text=True, timeout=NEVER_SECONDS,
                          check=True).stdout.splitlines()


def test_bash(daemon):
    def completed(*words):
        return [line for line in lines(["bash", "-c", BASH, "bash", "xbeatctl", "-i", daemon.instance, *words]) if line]

    for words, expected in CASES:
        assert sorted(completed(*words)) == sorted(expected), words
    assert daemon.instance in completed("-i", "")
    assert completed("vrrp", "VI\\_") == ["VI_1"], "the backslashes of what was completed before"


def test_fish(daemon):
    for words, expected in CASES:
        command = " ".join(["xbeatctl", "-i", daemon.instance, *words])
        completed = [line.split("\t")[0] for line in lines(["fish", "--no-config", "-c", FISH, command])]
        assert sorted(completed) == sorted(expected), words


class Zsh:
    """One at a prompt on a terminal."""

    def __init__(self):
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(["zsh", "-f", "-i"], stdin=slave, stdout=slave, stderr=slave,
                                        env=dict(PATH, COLUMNS="200"), start_new_session=True)
        os.close(slave)
        self.run(f"PROMPT= RPROMPT= PROMPT_EOL_MARK=; unsetopt zle_bracketed_paste; fpath=({COMPLETION} $fpath);"
                 "autoload -Uz compinit; compinit -u -D; setopt no_beep no_list_ambiguous; zle_highlight=(none)")

    def read_until(self, end):
        text = ""
        while not re.search(end, text):
            ready, _, _ = select.select([self.master], [], [], NEVER_SECONDS)
            assert ready, text
            text += os.read(self.master, 1 << 16).decode()
        return text

    def run(self, line):
        os.write(self.master, f"{line}; echo do''ne\r".encode())
        self.read_until(r"\ndone\r")

    def completed(self, *words):
        """The only candidate, which zsh inserts: what the command line becomes."""
        line = " ".join(words)
        os.write(self.master, f"echo x; xbeatctl {line}\t".encode())
        os.write(self.master, b"\x01print -r -- '\x05'; echo do''ne\r")
        return re.search(r"\necho x; xbeatctl (.*?) ?\r\n", self.read_until(r"\ndone\r"))[1]

    def close(self):
        os.close(self.master)
        self.process.wait()


def test_zsh(daemon):
    """Those with one candidate: the others are lists on the screen."""
    zsh = Zsh()
    for words, expected in CASES:
        if len(expected) == 1:
            completed = zsh.completed("-i", daemon.instance, *words)
            assert completed.split() == ["-i", daemon.instance, *words[:-1], *expected], completed
        elif not expected:
            line = zsh.completed("-i", daemon.instance, *words)
            assert line.split() == ["-i", daemon.instance, *filter(None, words)], line
    zsh.close()
