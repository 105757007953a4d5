# SPDX-License-Identifier: GPL-2.0-or-later
"""A typical first configuration, the same file on both nodes: xbeatd and keepalived together behave
as two keepalived do. Each node has a PID namespace of its own, so that nginx runs on the intended
node only. All pairs of programs, in both orders of start, go through the same steps at the same
time."""

import concurrent.futures
import itertools
import os
import pathlib
import shutil
import time

import pytest

from tests.support.laboratory import BUILD, Laboratory, wait_until

VIP = "192.168.1.100"
TEXT = """\
vrrp_script chk_nginx {
    script "pidof nginx"
    interval 2
    weight 50
}
vrrp_instance VI_1 {
    state MASTER
    interface eth0
    virtual_router_id 51
    priority 100
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass 12345
    }
    virtual_ipaddress {
        192.168.1.100
    }
    track_script {
        chk_nginx
    }
}
"""
PAIRS = [("keepalived", "keepalived"), ("xbeatd", "keepalived"), ("keepalived", "xbeatd")]
# A host with a PID namespace of its own.
PRIVATE = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]
CASES = list(itertools.product(PAIRS, (0, 1)))


def argv(lab, node, program, configuration):
    if program == "xbeatd":
        return [BUILD / "xbeatd", "-f", "-c", configuration, "-i", lab.instance(node)]
    return ["keepalived", "--dont-fork", "--log-console", "--vrrp", "--use-file", configuration,
            "--pid", lab.path(f"{node}.pid"), "--vrrp_pid", lab.path(f"{node}.vrrp.pid")]


def child_of(process):
    path = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return int(wait_until(path.read_text, "a child").split()[0])


class Host:
    """A node with a PID namespace of its own."""

    def __init__(self, lab, node, program, configuration):
        self.lab = lab
        self.node = node
        # Debian's pidof is a link to killall5. keepalived runs it under that name, and it then
        # finds nothing.
        lab.write("pidof", '#!/bin/sh\nexec /bin/pidof "$@"\n', mode=0o755)
        self.process = lab.spawn(node, "env", f"PATH={lab.directory}:{os.environ['PATH']}", *PRIVATE,
                                 *argv(lab, node, program, configuration))

    def start_nginx(self):
        program = self.lab.path("nginx")
        if not program.exists():
            shutil.copy("/bin/sleep", program)
        self.nginx = self.lab.spawn(self.node, "nsenter", f"--target={child_of(self.process)}", "--pid",
                                    program, "600")

    def stop_nginx(self):
        os.kill(child_of(self.nginx), 9)


def steps(lab, programs, first):
    """Yields, after each step, the step and the node that should have the address then."""
    path = lab.write("keepalived.conf", TEXT)
    node_a, node_b = lab.nodes
    hosts = {}
    for index in (first, 1 - first):
        node = lab.nodes[index]
        hosts[node] = Host(lab, node, programs[index], path)
        # Of two nodes with equal priority, the one that is already Active stays Active.
        yield f"start of {node}", [lab.nodes[first]]
    time.sleep(1)
    lab.cut(node_b)
    yield "split", lab.nodes
    lab.heal(node_b)
    yield "the higher address wins", [node_b]
    hosts[node_a].start_nginx()
    yield "nginx on node-a", [node_a]
    hosts[node_b].start_nginx()
    hosts[node_a].stop_nginx()
    yield "nginx moves to node-b", [node_b]


def walk(case):
    """Returns the name of the step that failed, and who had the address, or None."""
    programs, first = case
    name = f"xf{os.getpid()}-{CASES.index(case)}"
    with Laboratory(name, nodes=2) as lab:
        for step, nodes in steps(lab, programs, first):
            try:
                lab.wait_holders(VIP, nodes)
            except AssertionError:
                logs = "\n".join(process.output()[-2000:] for process in lab.processes)
                return step, [node for node in lab.nodes if VIP in lab.addresses(node)], logs
    return None


@pytest.fixture(scope="module")
def outcomes():
    with concurrent.futures.ThreadPoolExecutor(len(CASES)) as pool:
        return dict(zip(CASES, pool.map(walk, CASES)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{'-'.join(case[0])}-{case[1]}-first")
def test_address_is_where_two_keepalived_have_it(outcomes, case):
    assert outcomes[case] is None
