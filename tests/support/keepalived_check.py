# SPDX-License-Identifier: GPL-2.0-or-later
"""What keepalived's own check reports of configuration files."""

import subprocess

# Runs where the interfaces exist that the configurations name, because keepalived checks them.
# keepalived's check of some files with a vrrp_track_process does not end by itself.
PLACE = """
number=0
for name in "$@"; do
    number=$((number + 1))
    ip link add $name type veth peer name far$number
    ip link set far$number up
    ip link set $name up
done
for file in *.conf; do
    timeout 60 keepalived --config-test --use-file $file > $file.said 2>&1
    echo $? > $file.code
done
"""


def check_all(directory, interfaces=("eth0", "eth1")):
    """Checks each NAME.conf of a directory: messages are in NAME.conf.said, the exit status in NAME.conf.code."""
    subprocess.run(["unshare", "--net", "sh", "-c", PLACE, "sh", *interfaces], cwd=directory, check=True)
