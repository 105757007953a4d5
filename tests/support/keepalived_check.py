# SPDX-License-Identifier: GPL-2.0-or-later
"""What keepalived reports of configuration files: its own check, and how it understands them."""

import os
import re
import subprocess

# Runs where the interfaces exist that the configurations name, because keepalived checks them.
PLACE = """
number=0
for name in "$@"; do
    number=$((number + 1))
    ip link add $name type veth peer name far$number
    ip link set far$number up
    ip link set $name up
done
"""
# keepalived's check of some files with a vrrp_track_process does not end by itself.
CHECK = PLACE + """
for file in *.conf; do
    timeout 60 keepalived --config-test --use-file $file > $file.said 2>&1
    echo $? > $file.code
done
"""
# The dump comes at the start, and ends before the interfaces. What is left then ends with the
# namespaces.
DUMP = PLACE + """
timeout 60 keepalived --dont-fork --log-console --dump-conf --vrrp --use-file $FILE \
    --pid $FILE.pid --vrrp_pid $FILE.vrrp.pid > $FILE.log 2>&1 &
while ! grep -q -e '< Interfaces >' -e 'due to segmentation fault' $FILE.log && kill -0 $!; do sleep 0.02; done
"""
ISOLATED = ["unshare", "--net", "--pid", "--fork", "--kill-child"]


def check_all(directory, interfaces=("eth0", "eth1")):
    """Checks each NAME.conf of a directory: messages are in NAME.conf.said, the exit status in NAME.conf.code."""
    subprocess.run(["unshare", "--net", "sh", "-c", CHECK, "sh", *interfaces], cwd=directory, check=True)


def dump(path, interfaces=("eth0", "eth1")):
    """Starts keepalived with a file. Returns the lines of its dump from the instances on, or none if it
    does not start."""
    named = [name for name in interfaces if name in path.read_text(errors="replace")]
    subprocess.run([*ISOLATED, "sh", "-c", DUMP, "sh", *named], env=dict(os.environ, FILE=str(path)),
                   stderr=subprocess.DEVNULL, check=False)
    log = path.with_name(f"{path.name}.log").read_text()
    # Each line begins with the time.
    lines = re.findall(r"^\w{3} \w{3} [ \d]\d [\d:]{8} \d{4}: ((?: |-----).*)$", log, re.MULTILINE)
    start = next((number for number, line in enumerate(lines) if "VRRP Topology" in line), len(lines))
    end = next((number for number, line in enumerate(lines) if "< Interfaces >" in line), len(lines))
    return lines[start:end]
