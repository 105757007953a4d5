# SPDX-License-Identifier: GPL-2.0-or-later
"""What keepalived's own check reports of configuration files."""

import subprocess

# Runs where the interfaces exist that the configurations name, because keepalived checks them.
# keepalived's check of some files with a vrrp_track_process does not end by itself.
PLACE = """
for name in eth0 eth1; do
    ip link add $name type veth peer name p$name
    ip link set p$name up
    ip link set $name up
done
for file in *.conf; do
    timeout 60 keepalived --config-test --use-file $file > $file.said 2>&1
    echo $? > $file.code
done
"""


def check_all(directory):
    """Checks each NAME.conf of a directory: messages are in NAME.conf.said, the exit status in NAME.conf.code."""
    subprocess.run(["unshare", "--net", "sh", "-c", PLACE], cwd=directory, check=True)
