# SPDX-License-Identifier: GPL-2.0-or-later
"""A reload does what the new file says, and harms nothing that the file does not speak of."""

import time

import pytest

from tests.support.plain import Plain, plain_instance

pytestmark = pytest.mark.laboratory(nodes=2)


def test_instance_without_interface_still_hears(lab):
    """With unicast an instance need not name its interface; the program stays there all the same."""
    daemons = {}
    for node, other, priority in (("node-a", "node-b", 150), ("node-b", "node-a", 100)):
        text = plain_instance(f"unicast_src_ip {lab.address(node)}",
                              f"unicast_peer {{\n{lab.address(other)}\n}}",
                              interface=None, priority=priority)
        daemons[node] = Plain(lab, node, text).start().daemon
    daemons["node-a"].wait_state("active")
    daemons["node-b"].wait_state("backup")
    daemons["node-b"].ctl("reload")
    assert lab.has_program("node-b")
    time.sleep(0.6)  # more than Active_Down_Interval
    assert daemons["node-b"].state() == "backup"
