# SPDX-License-Identifier: GPL-2.0-or-later
"""Keywords of virtual_server, real_server and global_defs that decide who gets connections, and how it
is reported: from a configuration to what the daemon does."""

import pathlib
import pwd

import pytest

from tests.support.configuration import block
from tests.support.laboratory import wait_until
from tests.support.pools import VIP, Pools, Server, programs, real_server, tcp, virtual_server

pytestmark = pytest.mark.laboratory(nodes=2)


@pytest.fixture
def servers(lab):
    return [Server(lab, "node-b", port).start() for port in (8001, 8002)]


def weights(node, *servers):
    return [node.server(each)["weight"] if node.server(each)["present"] else None for each in servers]


def wait_weights(node, servers, *wanted):
    wait_until(lambda: weights(node, *servers) == list(wanted), lambda: f"{wanted}: {weights(node, *servers)}")


def test_backup(lab, servers):
    """It gets connections only while no other server is alive."""
    one, other = servers
    node = Pools(lab, "node-a", virtual_server(real_server(one, "weight 3"), real_server(other, "weight 5", "backup"))).start()
    node.wait_checked(*servers)
    wait_weights(node, servers, 3, 0)
    assert node.server(other)["backup"] and "backup" in " ".join(
        node.ask("pool_explain", server=other.address)[0]["lines"])
    one.stop()
    wait_weights(node, servers, None, 5)
    one.start()
    wait_weights(node, servers, 3, 0)


def test_slow_start(lab, servers):
    """From 1 on; at the start of the daemon it has its weight at once."""
    one, other = servers
    node = Pools(lab, "node-a", virtual_server("slow_start 1000", real_server(one, "weight 1000"), real_server(other))).start()
    node.wait_checked(*servers)
    assert weights(node, one) == [1000]
    one.stop()
    node.wait_server(one, "down")
    one.start()
    slow = node.wait_server(one, "up")
    assert 1 <= slow["weight"] <= 200 and 0 < slow["slow_start_left_ns"] <= 1000 * 10**9, slow
    assert "slow_start" in " ".join(node.ask("pool_explain", server=one.address)[0]["lines"])


def test_slow_start_ends(lab, servers):
    one, _ = servers
    node = Pools(lab, "node-a", virtual_server("slow_start 0.5", real_server(one, "weight 1000"))).start()
    node.wait_checked(one)
    one.stop()
    node.wait_server(one, "down")
    one.start()
    wait_weights(node, [one], 1000)
    assert "slow_start_left_ns" not in node.server(one)


def test_drain_timeout(lab, servers):
    """Without -t it is that of the pool."""
    one, _ = servers
    node = Pools(lab, "node-a", virtual_server("drain_timeout 0.5", *map(real_server, servers))).start()
    node.wait_checked(*servers)
    node.ctl("pool", "drain", one.address)
    wait_until(lambda: not node.server(one)["present"], "what is left is cut")
    node.ctl("pool", "enable", one.address)
    assert node.server(one)["present"]


def test_weights(lab, servers):
    one, other = servers
    node = Pools(lab, "node-a", virtual_server("weight 7", real_server(one), real_server(other, "weight 0"))).start()
    node.wait_checked(*servers)
    assert weights(node, *servers) == [7, 0] and node.pool()["quorum"]["alive_weight"] == 7


def test_names(lab, servers):
    one, other = servers
    node = Pools(lab, "node-a", virtual_server("snmp_name shop", real_server(one, "snmp_name first"), real_server(other))).start()
    assert node.pool()["snmp_name"] == "shop" and node.server(one)["snmp_name"] == "first"
    assert "snmp_name" not in node.server(other)


def test_the_first_of_two_programs_counts(lab, servers):
    one, _ = servers
    command, lines = programs(lab)
    node = Pools(lab, "node-a", block("global_defs", "script_user root"),
                 virtual_server(f'quorum_up "{command} first"', f'quorum_up "{command} second"', real_server(
                     one, f'notify_down "{command} down"', f'notify_down "{command} again"'))).start()
    node.wait_checked(one)
    one.stop()
    wait_until(lambda: sorted(lines()) == ["down", "first"], lines)


def test_who_runs_programs(lab, servers):
    """The user of the command, else of script_user; MISC_CHECK has user."""
    one, _ = servers
    path = lab.path("who")
    lab.write("who", "", mode=0o666)
    script = lab.write("who.sh", f'#!/bin/sh\necho "$1 $(id -un)" >> {path}\n', mode=0o755)
    lab.directory.chmod(0o755)
    check = block("MISC_CHECK", f'misc_path "{script} check"', "user daemon", "delay_loop 3600")
    Pools(lab, "node-a", block("global_defs", "script_user nobody", "rs_init_notifies"),
          virtual_server(f'quorum_up "{script} quorum"', real_server(one, f'notify_up "{script} up" games', check=check))).start()
    wait_until(lambda: sorted(path.read_text().splitlines()) == ["check daemon", "quorum nobody", "up games"], path.read_text)


def test_script_security(lab, servers):
    """A program that another user may change is refused, as of vrrp_script."""
    script = lab.write("check.sh", "#!/bin/sh\n", mode=0o755)
    lab.directory.chmod(0o755)
    texts = (block("global_defs", "script_user root", "enable_script_security"), virtual_server(
        real_server(servers[0], check=block("MISC_CHECK", f"misc_path {script}"))))
    node = Pools(lab, "node-a", *texts).start()
    script.chmod(0o777)
    assert "users other than root can change" in str(node.refused_reload(*texts))


def test_who_the_checker_is(lab, servers):
    node = Pools(lab, "node-a", block("global_defs", "checker_user games"), virtual_server(real_server(servers[0]))).start()
    node.wait_checked(servers[0])
    status = pathlib.Path(f"/proc/{node.pools()['checker']['pid']}/status").read_text()
    assert f"Uid:\t{pwd.getpwnam('games').pw_uid}\t" in status and "CapEff:\t0000000000000000" in status, status


def test_a_program_reads_the_fifo(lab, servers):
    one, _ = servers
    script = lab.write("reader.sh", f'#!/bin/sh\ncat "$1" >> {lab.path("lines")}\n', mode=0o755)
    node = Pools(lab, "node-a", block("global_defs", "script_user root", f"lvs_notify_fifo {lab.path('fifo')}",
                                      f"lvs_notify_fifo_script {script}"), virtual_server(real_server(one))).start()
    node.wait_checked(one)
    one.stop()
    wanted = f"RS [{one.ip}]:tcp:{one.port} [{VIP}]:tcp:80 DOWN"
    wait_until(lambda: lab.path("lines").exists() and wanted in lab.path("lines").read_text(), wanted)


def test_identical_checks_run_once(lab, servers):
    """500 pools of the same server: one check, whose result all have."""
    one, other = servers
    node = Pools(lab, "node-a", *(virtual_server(real_server(one), port=port) for port in range(1000, 1500)),
                 virtual_server(real_server(other, check=tcp("delay_loop 0.1")))).start()
    names = [f"{VIP}:{port}/tcp" for port in (1000, 1250, 1499)]

    def results():
        return [node.server(one, name)["checks"][0]["results"] for name in names]

    wait_until(lambda: all(each["good"] >= 3 for each in results()), results)
    found = node.server(one, names[0])["checks"][0]["results"]["good"]
    accepted = int(lab.run("node-b", "nstat", "-asz", "TcpPassiveOpens").stdout.split("TcpPassiveOpens")[1].split()[0])
    assert accepted <= 2 * found + 50, (accepted, found)
    one.stop()
    for name in names:
        node.wait_server(one, "down", name)


def test_the_own_address(lab):
    """A server that is this machine: a result like any other, also if its address moves."""
    here = Server(lab, "node-a", 8001)
    node = Pools(lab, "node-a", virtual_server(real_server(here))).start()
    assert "refused" in node.wait_server(here, "down")["reason"]
    here.start()
    node.wait_server(here, "up")
