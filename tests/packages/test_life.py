# SPDX-License-Identifier: GPL-2.0-or-later
"""The life of an installation, in this order: installed, started, restarted, upgraded, gone back, removed,
purged. dpkg and systemd are real; node-b is another daemon in a network namespace of the machine."""

import re
import subprocess

import pytest

from tests.packages.conftest import package
from tests.support.laboratory import wait_until

VIP = "10.0.0.100"
CONFIGURATION = """\
heartbeat lan {{
    interface eth0
    key_file /etc/xbeat/lan.key
    interval 50ms
    multiplier 4
    daemon_timeout 10s
    guard_timeout 10s
    restart_grace 5s
    node 1 node-a 10.0.0.1
    node 2 node-b 10.0.0.2
}}
vrrp_script always {{
    script "/etc/xbeat/check"
    interval 1
}}
vrrp_instance VI_1 {{
    version 3
    interface eth0
    virtual_router_id 51
    priority {priority}
    advert_int 1
    heartbeat lan
    {lines}
    virtual_ipaddress {{
        {vip}/24
    }}
}}
"""
# A network namespace of its own, in the machine's other namespaces: pins and sockets are in one place.
NODE_B = "nsenter --net=/run/netns/b"
NETWORK = f"""
ip netns add b
ip link add eth0 type veth peer name eth0 netns b
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
{NODE_B} ip addr add 10.0.0.2/24 dev eth0
{NODE_B} ip link set eth0 up
"""

# In the place of the exporter: prints which files it can read or write, and which sockets it can connect to.
PROBE = """\
#!/usr/bin/python3
import os, socket, stat

def reaches(path):
    try:
        if stat.S_ISSOCK(os.stat(path).st_mode):
            for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET):
                try:
                    socket.socket(socket.AF_UNIX, kind).connect(path)
                    return True
                except OSError as error:
                    if error.errno != 91: # EPROTOTYPE
                        raise
        for flags in (os.O_RDONLY, os.O_WRONLY):
            try:
                os.close(os.open(path, flags | os.O_NONBLOCK))
                return True
            except OSError:
                pass
    except OSError:
        pass
    return False

for top in ("/etc/xbeat", "/var/lib/xbeat", "/run/xbeat", "/sys/fs/bpf", "/root", "/run/credentials", "/run/log"):
    for folder, _, names in os.walk(top):
        for path in [os.path.join(folder, name) for name in names]:
            if reaches(path):
                print("can reach", path)
print("the end")
"""


def configure(machine, daemon="xbeat", priority=100, *lines):
    text = CONFIGURATION.format(priority=priority, lines="\n    ".join(lines), vip=VIP)
    machine.write(f"/etc/xbeat/{daemon}.conf", text)


def version(machine, name="xbeat"):
    return machine.run("dpkg-query", "--show", "--showformat=${Version}", name).stdout


def state(machine, daemon="default"):
    """Of its instance, or "" while it does not answer."""
    done = machine.run("xbeatctl", "-i", daemon, "vrrp", check=False)
    found = re.search(r"^VI_1 +(\w+)", done.stdout, re.M)
    return found[1] if found else ""


def main_pid(machine):
    return int(machine.property("xbeatd", "MainPID"))


def has_vip(machine):
    return VIP in machine.run("ip", "-brief", "address", "show", "dev", "eth0").stdout


def verdicts_of_node_b(machine):
    """Every change of its verdict on node-a, as "up -> down"."""
    events = machine.run("xbeatctl", "-i", "b", "events").stdout
    return re.findall(r"peer +node-a +(.*)", events)


def repack(machine, name, version, edit=None):
    """The package with another version, and with what edit(folder) changes. Returns its place there."""
    folder = machine.root / "root" / f"{name}-{version}"
    subprocess.run(["dpkg-deb", "--raw-extract", package(name), folder], check=True)
    control = folder / "DEBIAN/control"
    text = re.sub("^Version: .*", f"Version: {version}", control.read_text(), flags=re.M)
    control.write_text(re.sub(r"(?<=\bxbeat \()[>=]+ [^)]*", f">= {version}", text))
    if edit:
        edit(folder)
    subprocess.run(["dpkg-deb", "--build", "-Znone", folder, f"{folder}.deb"], check=True,
                   stdout=subprocess.DEVNULL)
    return f"/root/{folder.name}.deb"


@pytest.fixture(scope="module", autouse=True)
def network(machine):
    machine.shell(NETWORK)


def test_install(machine):
    """Nothing starts by itself: there is no configuration yet."""
    paths = [machine.take(package(name)) for name in ("libxbeat0", "xbeat", "libxbeat-dev", "python3-xbeat")]
    machine.run("dpkg", "--install", *paths)
    assert machine.property("xbeatd", "ActiveState") == "inactive"
    assert "xbeat" in machine.run("getent", "group", "xbeat").stdout
    assert machine.run("systemctl", "is-enabled", "xbeatd", check=False).stdout.strip() == "disabled"
    assert machine.exists("/run/xbeat") and machine.exists("/var/lib/xbeat")
    machine.shell("chown nobody /run/xbeat; systemd-tmpfiles --create xbeat.conf")
    assert machine.run("stat", "--format=%U", "/run/xbeat").stdout == "nobody\n", "of an ordinary user's xbeatd"
    machine.shell("chown root /run/xbeat")
    machine.run("python3", "-c", "import xbeat")


def test_a_missing_configuration_is_one_line(machine):
    assert machine.run("systemctl", "start", "xbeatd", check=False).returncode != 0
    lines = [line for line in machine.journal("xbeatd").splitlines() if "xbeat.conf" in line]
    assert len(lines) == 1 and "cannot read" in lines[0], lines
    assert machine.property("xbeatd", "NRestarts") == "0", "not tried again"
    assert "remains running" not in machine.journal("xbeatd"), "no process is left for systemd to report"


def test_start(machine):
    machine.shell("umask 077; xbeatctl genkey > /etc/xbeat/lan.key")
    machine.write("/etc/xbeat/check", "#!/bin/sh\nexit 0\n", mode=0o755)
    configure(machine)
    configure(machine, "b", 50)
    machine.shell(f"{NODE_B} xbeatd -i b -f /etc/xbeat/b.conf")
    machine.run("systemctl", "enable", "--now", "xbeatd")
    wait_until(lambda: state(machine) == "active", "VI_1 is Active here")
    wait_until(lambda: machine.property("xbeatd", "StatusText") == "VI_1 Active; 1 of 1 peers up",
               lambda: machine.property("xbeatd", "StatusText"))


def page(machine, path="/metrics"):
    """Of the exporter; "" while it does not answer."""
    ask = f"import urllib.request\nprint(urllib.request.urlopen('http://127.0.0.1:9694{path}').read().decode())"
    done = machine.run("python3", "-c", ask, check=False)
    return done.stdout if done.returncode == 0 else ""


def exporter_pid(machine):
    return int(machine.property("xbeat-exporter", "MainPID"))


def test_exporter(machine):
    """It starts by itself, and asks xbeatd as a member of its group."""
    machine.run("dpkg", "--install", machine.take(package("xbeat-exporter")))
    assert machine.property("xbeat-exporter", "ActiveState") == "active", "the installation waits until it listens"
    wait_until(lambda: "\nxbeat_up 1\n" in page(machine), "it has metrics")
    assert 'xbeat_instance_state{vrrp_instance="VI_1"' in page(machine)
    assert machine.run("ps", "-o", "user:20=", str(exporter_pid(machine))).stdout.strip() == "xbeat-exporter"
    assert machine.run("systemctl", "is-enabled", "xbeat-exporter").stdout.strip() == "enabled"


def test_exporter_reaches_the_control_sockets_only(machine):
    """What its unit permits is permitted to another program in its place."""
    machine.write("/usr/local/bin/probe", PROBE, mode=0o755)
    machine.shell("chmod 600 /etc/xbeat/*.conf; chmod 700 /etc/xbeat/check")
    machine.shell("""
        sed 's|^ExecStart=.*|ExecStart=/usr/local/bin/probe|; s|^Type=.*|Type=oneshot|; s|^Restart=.*|Restart=no|' \
            /lib/systemd/system/xbeat-exporter.service >/run/systemd/system/probe.service
        systemctl daemon-reload
        systemctl start probe""")
    reached = re.findall("^can reach (.*)", machine.journal("probe"), re.M)
    assert "the end" in machine.journal("probe")
    assert reached == ["/run/xbeat/default.sock", "/run/xbeat/b.sock"], reached


def test_exporter_with_a_wrong_option(machine):
    machine.write("/etc/default/xbeat-exporter", 'OPTIONS="--users /nonexistent"\n')
    assert machine.run("systemctl", "restart", "xbeat-exporter", check=False).returncode != 0
    assert "cannot read /nonexistent" in machine.journal("xbeat-exporter"), "the reason is logged"
    machine.write("/etc/default/xbeat-exporter", 'OPTIONS=""\n')
    machine.shell("systemctl reset-failed xbeat-exporter; systemctl restart xbeat-exporter")
    wait_until(lambda: "\nxbeat_up 1\n" in page(machine), "it has metrics again")


def test_script_may_use_sudo(machine):
    """It runs in xbeat-runner.service, outside of the daemon's sandbox."""
    machine.write("/etc/sudoers.d/nobody", "nobody ALL=(ALL) NOPASSWD: ALL\n", mode=0o440)
    machine.write("/etc/xbeat/notify", "#!/bin/sh\nsudo sh -c 'id -u >/run/notified'\n", mode=0o755)
    configure(machine, "xbeat", 100, "notify /etc/xbeat/notify nobody")
    machine.run("systemctl", "reload", "xbeatd")
    machine.run("xbeatctl", "drain")
    wait_until(lambda: machine.exists("/run/notified"), "the script has run")
    assert machine.run("cat", "/run/notified").stdout == "0\n"
    assert "active" == machine.property("xbeat-runner", "ActiveState")
    machine.run("xbeatctl", "resume")
    configure(machine)
    machine.run("systemctl", "reload", "xbeatd")
    wait_until(lambda: state(machine) == "active", "VI_1 is Active here again")


@pytest.mark.parametrize("shell, command", [
    ("bash", ". /usr/share/bash-completion/bash_completion; _completion_loader xbeatctl; complete -p xbeatctl"),
    ("zsh", "autoload -Uz compinit; compinit -u -D; print $_comps[xbeatctl]"),
    ("fish", "complete -C 'xbeatctl failo'")])
def test_completion(machine, shell, command):
    """Each shell finds its file by itself."""
    done = machine.run(shell, "-c", command)
    assert {"bash": "_xbeatctl", "zsh": "_xbeatctl", "fish": "failover"}[shell] in done.stdout, done.stdout


def test_a_wrong_reload_fails(machine):
    pid = main_pid(machine)
    configure(machine, "xbeat", "many")
    assert machine.run("systemctl", "reload", "xbeatd", check=False).returncode != 0
    assert "xbeat.conf:20:" in machine.journal("xbeatd")
    assert main_pid(machine) == pid and state(machine) == "active"
    configure(machine)
    machine.run("systemctl", "reload", "xbeatd")


def test_killed_it_is_back_and_adopts(machine):
    """Its pins are in the machine's file system, not in that of the unit."""
    pid = main_pid(machine)
    before = verdicts_of_node_b(machine)
    machine.run("systemctl", "kill", "--signal=KILL", "--kill-who=main", "xbeatd")
    wait_until(lambda: main_pid(machine) not in (0, pid) and state(machine) == "active", "another one is Active")
    assert "adopted the pinned state" in machine.run("xbeatctl", "events").stdout
    assert verdicts_of_node_b(machine) == before


def test_restart_keeps_the_address(machine):
    pid = main_pid(machine)
    before = verdicts_of_node_b(machine)
    machine.run("systemctl", "restart", "xbeatd")
    assert main_pid(machine) != pid and has_vip(machine)
    wait_until(lambda: state(machine) == "active", "it is Active")
    assert verdicts_of_node_b(machine) == before
    assert state(machine, "b") == "backup"


def test_an_upgrade_of_xbeat_alone_keeps_the_exporter(machine):
    path = repack(machine, "xbeat", "0.1.1")
    plan = machine.run("apt-get", "install", "--simulate", path).stdout
    assert "Inst xbeat " in plan and "Remv" not in plan, plan


def test_upgrade_with_a_wrong_configuration_changes_nothing(machine):
    pid = main_pid(machine)
    configure(machine, "xbeat", "many")
    exporter = exporter_pid(machine)
    path = repack(machine, "xbeat-exporter", "0.1.1")
    done = machine.run("dpkg", "--install", "/root/xbeat-0.1.1.deb", path, check=False)
    assert done.returncode != 0 and "/etc/xbeat/xbeat.conf:20:" in done.stdout, done.stdout
    assert version(machine) == "0.1.0" and main_pid(machine) == pid and state(machine) == "active"
    assert exporter_pid(machine) == exporter and "\nxbeat_up 1\n" in page(machine), "it waits for its xbeat"
    configure(machine)


def test_upgrade(machine):
    """Both daemons, that of systemd and the other, are replaced; node-b sees nothing. The exporter, too."""
    pid = main_pid(machine)
    exporter = exporter_pid(machine)
    before = verdicts_of_node_b(machine)
    machine.run("dpkg", "--install", "/root/xbeat-0.1.1.deb", "/root/xbeat-exporter-0.1.1.deb")
    assert version(machine) == version(machine, "xbeat-exporter") == "0.1.1"
    wait_until(lambda: main_pid(machine) not in (0, pid), "another process")
    wait_until(lambda: state(machine) == "active", "it is Active")
    assert has_vip(machine) and state(machine, "b") == "backup"
    assert machine.property("xbeatd", "ActiveState") == "active"
    assert [change for change in verdicts_of_node_b(machine) if "up ->" in change] == [
        change for change in before if "up ->" in change]
    assert exporter_pid(machine) not in (0, exporter)
    wait_until(lambda: "\nxbeat_up 1\n" in page(machine), "the new exporter has metrics")


def test_an_exporter_that_was_stopped_stays_so(machine):
    machine.run("systemctl", "disable", "--now", "xbeat-exporter")
    machine.run("dpkg", "--install", "/root/xbeat-exporter-0.1.1.deb")
    assert machine.property("xbeat-exporter", "ActiveState") == "inactive"
    machine.run("systemctl", "enable", "--now", "xbeat-exporter")


def test_systemd_follows_a_replaced_daemon(machine):
    """The daemon before names the process that goes on; systemd starts another one when that dies."""
    assert "reception only permitted" not in machine.run("journalctl", "--no-pager").stdout
    pid = main_pid(machine)
    machine.shell(f"kill -9 {pid}")
    wait_until(lambda: main_pid(machine) not in (0, pid) and state(machine) == "active", "another one is Active")
    assert has_vip(machine)
    machine.run("xbeatctl", "restart")
    wait_until(lambda: machine.property("xbeatd", "StatusText") == "VI_1 Active; 1 of 1 peers up",
               lambda: machine.property("xbeatd", "StatusText"))


def test_a_fifo_of_another_user(machine):
    """It is opened again after a death, although the daemon has few capabilities."""
    text = (machine.root / "etc/xbeat/xbeat.conf").read_text()
    machine.write("/etc/xbeat/xbeat.conf", "global_defs {\n    vrrp_notify_fifo /run/xbeat/fifo nobody\n}\n" + text)
    machine.run("systemctl", "restart", "xbeatd")
    pid = main_pid(machine)
    assert machine.run("stat", "--format=%U", "/run/xbeat/fifo").stdout == "nobody\n"
    machine.shell(f"kill -9 {pid}")
    wait_until(lambda: main_pid(machine) not in (0, pid) and state(machine) == "active", "another one is Active")
    assert "notify FIFO" not in machine.journal("xbeatd")
    configure(machine)
    machine.run("systemctl", "restart", "xbeatd")


def test_a_key_that_is_a_credential(machine):
    machine.shell("install -D -m 400 /etc/xbeat/lan.key /etc/credstore/xbeat.key")
    text = (machine.root / "etc/xbeat/xbeat.conf").read_text()
    machine.write("/etc/xbeat/xbeat.conf",
                  text.replace("/etc/xbeat/lan.key", '"${_ENV CREDENTIALS_DIRECTORY}/xbeat.key"'))
    machine.run("systemctl", "restart", "xbeatd")
    machine.run("xbeatctl", "restart")
    wait_until(lambda: state(machine) == "active", "it is Active")
    assert "/run/credentials/xbeatd.service/xbeat.key" in machine.run("xbeatctl", "config").stdout
    machine.run("/usr/lib/xbeat/xbeat-upgrade", "check")
    configure(machine)
    machine.run("systemctl", "restart", "xbeatd")


def test_an_upgrade_checks_as_the_user_of_the_directory(machine):
    """Who can write /run/xbeat chooses the process and its arguments: root reads no file for this user."""
    machine.run("systemctl", "stop", "xbeatd")
    machine.write("/etc/xbeat/secret", "secret\n", mode=0o600)
    machine.shell("""
        mkdir /home/user && chown nobody /run/xbeat /home/user && cd /home/user
        runuser -u nobody -- mkfifo file
        runuser -u nobody -- xbeatd -t -f /home/user/file >/dev/null 2>&1 &
        sleep 0.1
        until pgrep -u nobody -x xbeatd >/run/xbeat/user.pid; do sleep 0.05; done
        rm file
        ln -s /etc/xbeat/secret file""")
    try:
        for line in ("true", "chown root /run/xbeat; chown nobody /run/xbeat/user.pid"):
            machine.shell(line)
            done = machine.run("/usr/lib/xbeat/xbeat-upgrade", "check", check=False)
            assert done.returncode == 1 and "Permission denied" in done.stdout, done.stdout
    finally:
        machine.shell("kill $(cat /run/xbeat/user.pid); rm -r /home/user /run/xbeat/user.pid; chown root /run/xbeat")
    machine.run("systemctl", "start", "xbeatd")
    wait_until(lambda: state(machine) == "active", "it is Active")


def test_upgrade_to_a_program_that_dies(machine):
    """The daemon of the version before goes on."""
    def break_it(folder):
        (folder / "usr/sbin/xbeatd").write_text("#!/bin/sh\nexit 7\n")

    pid = main_pid(machine)
    path = repack(machine, "xbeat", "0.1.2", break_it)
    done = machine.run("dpkg", "--install", path, check=False)
    assert done.returncode != 0 and "xbeat:" in done.stdout, done.stdout
    assert main_pid(machine) == pid and state(machine) == "active" and has_vip(machine)


def test_back_to_the_version_before(machine):
    machine.run("dpkg", "--install", "/root/xbeat-0.1.1.deb")
    wait_until(lambda: state(machine) == "active", "it is Active")
    assert version(machine) == "0.1.1" and has_vip(machine)


def test_read_only_directories(machine):
    """/etc does not matter; what cannot be written is named with the remedy."""
    machine.shell("mount --bind /etc /etc; mount -o remount,bind,ro /etc")
    try:
        machine.run("systemctl", "restart", "xbeatd")
        assert machine.property("xbeatd", "ActiveState") == "active"
    finally:
        machine.shell("umount /etc")


def test_no_run_xbeat(machine):
    """The unit makes it again."""
    machine.shell("systemctl stop xbeatd; kill $(cat /run/xbeat/b.pid); sleep 1; rm -r /run/xbeat")
    machine.run("systemctl", "start", "xbeatd")
    wait_until(lambda: state(machine), "it answers")
    machine.shell("systemctl stop xbeatd; rm -rf /run/xbeat; mount --bind /run /run; mount -o remount,bind,ro /run")
    try:
        done = machine.run("xbeatd", "-n", check=False)
        assert done.returncode == 1 and len(done.stdout.splitlines()) == 1, done.stdout
        assert "/run/xbeat" in done.stdout and ";" in done.stdout, done.stdout
    finally:
        machine.shell("umount /run")


def test_remove_the_exporter(machine):
    """It leaves nothing but its user, and xbeatd does not depend on it."""
    machine.run("systemctl", "start", "xbeatd")
    wait_until(lambda: state(machine) == "active", "it is Active")
    wait_until(lambda: "\nxbeat_up 1\n" in page(machine), "the exporter found the new directory of sockets")
    machine.run("dpkg", "--remove", "xbeat-exporter")
    assert machine.property("xbeat-exporter", "ActiveState") == "inactive"
    assert machine.exists("/etc/default/xbeat-exporter"), "a configuration file"
    machine.run("dpkg", "--purge", "xbeat-exporter")
    for path in ("/etc/default/xbeat-exporter", "/usr/sbin/xbeat-exporter", "/usr/share/xbeat/prometheus",
                 "/usr/share/xbeat/grafana", "/etc/systemd/system/multi-user.target.wants/xbeat-exporter.service"):
        assert not machine.exists(path), path
    assert state(machine) == "active"


def test_remove(machine):
    """It stops cleanly; configuration and state stay."""
    machine.run("systemctl", "start", "xbeatd")
    wait_until(lambda: state(machine) == "active", "it is Active")
    machine.run("dpkg", "--remove", "xbeat")
    assert not has_vip(machine) and not machine.exists("/sys/fs/bpf/xbeat/default")
    assert machine.exists("/etc/xbeat/xbeat.conf") and machine.exists("/var/lib/xbeat")
    assert machine.property("xbeat-runner.socket", "ActiveState") == "inactive"


def test_purge(machine):
    machine.run("dpkg", "--purge", "xbeat", "libxbeat-dev", "python3-xbeat", "libxbeat0")
    for path in ("/var/lib/xbeat", "/run/xbeat", "/sys/fs/bpf/xbeat", "/usr/lib/xbeat",
                 "/etc/systemd/system/multi-user.target.wants/xbeatd.service"):
        assert not machine.exists(path), path
    assert machine.exists("/etc/xbeat/xbeat.conf"), "a file that the package did not make"
