#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A kernel whose ip_vs cannot be loaded is asked to load it once, not by each reload, which would wait
for modprobe; when "modprobe ip_vs" has worked, a reload uses it."""

import json
import os
import pathlib
import subprocess
import time

BUILD = pathlib.Path(os.environ["BUILD"])
WORK = pathlib.Path("/run/missing")
ASKED = WORK / "asked"
BLOCK = pathlib.Path("/etc/modprobe.d/xbeat-missing.conf")
RELOADS = 3
DEADLINE_SECONDS = 90


def ctl(*words):
    return subprocess.run([BUILD / "xbeatctl", "-i", "missing", "-j", *words], text=True, capture_output=True)


def wait(predicate, what):
    end = time.monotonic() + DEADLINE_SECONDS
    while not predicate():
        assert time.monotonic() < end, f"{what}; {(WORK / 'log').read_text()[-3000:]}"
        time.sleep(0.05)


def reload(weight):
    """Each changes something, which shows that it has been done."""
    (WORK / "conf").write_text(f"""
virtual_server 10.0.0.100 80 {{
    lvs_sched rr
    lvs_method NAT
    protocol TCP
    real_server 10.0.0.2 80 {{
        weight {weight}
    }}
}}
""")
    if weight:
        done = ctl("reload")
        assert done.returncode == 0, done


def is_missing():
    return "no ip_vs" in json.dumps(json.loads(ctl("pool", "show").stdout))


WORK.mkdir()
BLOCK.write_text(f"install ip_vs /bin/sh -c 'echo >>{ASKED}; exit 1'\n")
reload(0)
with open(WORK / "log", "w") as log:
    process = subprocess.Popen([BUILD / "xbeatd", "-f", "-c", WORK / "conf", "-i", "missing"],
                               stdout=log, stderr=log)
wait(lambda: ctl("status").returncode == 0, "xbeatd answers")
wait(is_missing, "it is reported")
for number in range(RELOADS):
    reload(number + 1)
    assert is_missing()
assert len(ASKED.read_text().splitlines()) == 1, ASKED.read_text()
BLOCK.unlink()
subprocess.run(["modprobe", "ip_vs"], check=True)
reload(9)
assert not is_missing()
wait(lambda: "10.0.0.2:80 -m -w 9" in subprocess.run(["ipvsadm", "-Sn"], check=True, capture_output=True,
                                                     text=True).stdout, "the server is in the kernel")
process.terminate()
assert process.wait(60) == 0
