# SPDX-License-Identifier: GPL-2.0-or-later
"""Keywords of instances, addresses and global_defs: xbeat accepts without a message what keepalived
accepts without a message, and complains about what keepalived complains about."""

import subprocess

import pytest

from tests.support.keepalived_check import check_all
from tests.support.laboratory import BUILD

IPV6 = "virtual_ipaddress {\nfe80::9/64\n}"
PEER = "unicast_peer {\n10.0.0.2\n}"


def instance(body="", addresses="virtual_ipaddress {\n10.0.0.9/24\n}", vrid=1):
    return (f"vrrp_instance V{vrid} {{\ninterface eth0\nvirtual_router_id {vrid}\n"
            f"{body}\n{addresses}\n}}\n")


def one_address(line):
    return instance(addresses=f"virtual_ipaddress {{\n{line}\n}}")


def global_defs(body):
    return f"global_defs {{\n{body}\n}}\n" + instance()


def tracking(body, things=""):
    """Two instances, scripts that may run, and things to track."""
    return ("global_defs {\nscript_user root\nenable_script_security\n}\n"
            "vrrp_script s {\nscript \"/usr/bin/true x\"\n}\n"
            "vrrp_track_process p {\nprocess nginx\n}\nvrrp_track_file f {\nfile /run/x\n}\n"
            f"{things}\n{instance(body)}"
            + instance(vrid=2, addresses="virtual_ipaddress {\n10.0.0.8/24\n}"))


def group(body):
    return tracking("", f"vrrp_sync_group G {{\ngroup {{\nV1\nV2\n}}\n{body}\n}}\n")


def script(body):
    return tracking("", f"vrrp_script t {{\nscript \"/usr/bin/true x\"\n{body}\n}}")


def process(body):
    return tracking("", f"vrrp_track_process q {{\nprocess x\n{body}\n}}")


def track_file(body):
    return tracking("", f"vrrp_track_file g {{\nfile /run/y\n{body}\n}}")


FIRST_OF_ALL = """vrrp_instance VI_1 {
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
}
"""

TAKEN = [
    FIRST_OF_ALL,
    instance(),
    instance("version 3\nadvert_int 0.25\nnopreempt\naccept"),
    instance("preempt_delay 4.12\ndown_timer_adverts 5\nno_accept"),
    instance("lower_prio_no_advert\nhigher_prio_send_advert on"),
    instance("garp_master_delay 1\ngarp_master_repeat 2\ngarp_master_refresh 60\n"
             "garp_master_refresh_repeat 3\ngarp_lower_prio_delay 2\ngarp_lower_prio_repeat 0"),
    instance("native_ipv6", IPV6),
    instance("version 3\nmcast_src_ip fe80::1\nmcast_dst_ip ff02::13", IPV6),
    instance("mcast_src_ip 10.0.0.1\nmcast_dst_ip 239.1.1.1"),
    instance(f"unicast_src_ip 10.0.0.1\nunicast_ttl 64\ncheck_unicast_src\n{PEER}"),
    instance("unicast_peer {\n10.0.0.2 min_ttl 1 max_ttl 64\n10.0.0.3 max_ttl 0\n}"),
    instance(f"unicast_fault_no_peer\n{PEER}"),
    instance("use_vmac\nvmac_xmit_base"),
    instance("use_vmac virtual51"),
    instance("dont_track_primary\npromote_secondaries"),
    instance("strict_mode"),
    instance("strict_mode\nversion 3\naccept"),
    instance("strict_mode off\npreempt_delay 3"),
    instance("virtual_ipaddress_excluded {\nfd00::9/64 dev eth1\n10.0.0.10\n}"),
    one_address("10.0.0.9/24 brd + dev eth1 scope link label eth1:1 noprefixroute autojoin no_track"),
    one_address("10.0.0.9 peer 10.0.0.10"),
    one_address("10.0.0.9/24 brd - scope 5 preferred_lft 0"),
    one_address("10.0.0.9/24 brd 10.0.0.255 dev lo preferred_lft forever"),
    one_address("fe80::9/64 -nodad home mngtmpaddr preferred_lft 7"),
    instance(vrid=1) + instance(addresses=IPV6, vrid=2).replace("_id 2", "_id 1"),
    global_defs("vrrp_version 3\nvrrp_min_garp\nvrrp_down_timer_adverts 4"),
    global_defs("vrrp_strict"),
    global_defs("vrrp_garp_interval 0.001\nvrrp_gna_interval 0.000001\nvrrp_startup_delay 5.5"),
    global_defs("vrrp_garp_lower_prio_delay 3\nvrrp_garp_lower_prio_repeat 1\n"
                "vrrp_lower_prio_no_advert yes\nvrrp_higher_prio_send_advert false"),
    global_defs("vrrp_mcast_group4 224.0.0.19\nvrrp_mcast_group6 ff02::13\n"
                "vrrp_check_unicast_src\nvrrp_priority -5"),
    global_defs("script_user root root\nenable_script_security\nvmac_prefix v"),
    global_defs("default_interface eth1\n}\nstatic_ipaddress {\n10.1.0.1/24\n10.1.0.2 dev lo"),
    tracking("track_script {\ns\n}\ntrack_process {\np\n}\ntrack_file {\nf\n}"),
    tracking("track_script {\ns weight -253\n}\ntrack_process {\np weight 254 noreverse\n}\n"
             "track_file {\nf weight -254 reverse\n}\ntrack_interface {\neth1 weight 253 reverse\n}"),
    tracking("notify \"/usr/bin/true 'x y' \\101 \\\\042\" root root\nnotify_master /usr/bin/true\n"
             "notify_backup '/usr/bin/true x'\nnotify_fault /usr/bin/true root\n"
             "notify_stop \"/usr/bin/true ''\"\nnotify_deleted \"/usr/bin/true\" root\n"
             "notify_master_rx_lower_pri /usr/bin/true\nnotify_priority_changes yes"),
    tracking("notify_deleted\nnotify_priority_changes off"),
    script("interval 2\ntimeout 3\nrise 2\nfall 4\nweight 10 reverse\nuser root root\ninit_fail"),
    process("weight -254 reverse\nquorum 2\nquorum_max 3\nfork_delay 0.5\nterminate_delay 1"),
    process("delay 0.25\nfull_command\nparam_match initial"),
    process("quorum_max 0\nparam_match partial"),
    track_file("weight -254 reverse\ninit_file -3 overwrite"),
    track_file("init_file"),
    group("track_script {\ns weight 4\n}\ntrack_interface {\neth1 weight 3\n}"),
    group("sync_group_tracking_weight\nnotify /usr/bin/true root\nnotify_master /usr/bin/true\n"
          "notify_backup /usr/bin/true\nnotify_fault /usr/bin/true\nnotify_stop /usr/bin/true\n"
          "notify_priority_changes on"),
    tracking("", "global_defs {\nnotify_fifo /run/a root root\nvrrp_notify_fifo \"/run/b c\"\n"
             "notify_fifo_script \"/usr/bin/true x\" root\nvrrp_notify_fifo_script /usr/bin/true\n"
             "vrrp_notify_priority_changes on\n}"),
]

COMPLAINED = [
    instance("priority 0"), instance("priority 256"), instance("priority 10x"),
    instance("state MASTR"), instance("version 4"), instance("advert_int 1.5"),
    instance("advert_int 256"), instance("version 3\nadvert_int 41"),
    instance("version 3\nadvert_int 0.015"), instance("preempt_delay 1001"),
    instance("down_timer_adverts 0"), instance("lower_prio_no_advert maybe"),
    instance("priority 255\nnopreempt"), instance("garp_master_repeat 0"),
    instance("garp_master_delay x"), instance("garp_master_refresh -1"),
    instance("unicast_ttl 256"), instance("unicast_src_ip 10.0.0.1"),
    instance("unicast_peer {\n}"), instance("unicast_peer {\n10.0.0.2 min_ttl 300\n}"),
    instance("unicast_peer {\n10.0.0.2 min_ttl 7 max_ttl 5\n}"),
    instance("unicast_peer {\n10.0.0.x\n10.0.0.2\n}"),
    instance("unicast_peer {\n10.0.0.2\nfd00::2\n}"), instance("mcast_src_ip fd00::1"),
    instance("mcast_dst_ip 10.0.0.1"), instance("mcast_dst_ip ff05::1", IPV6),
    instance(f"mcast_dst_ip 224.0.0.19\n{PEER}"), instance("vmac_xmit_base"),
    instance("use_vmac sixteen-bytes-xx"), instance(f"use_vmac\n{PEER}"),
    instance("authentication {\nauth_type PASS\nauth_pass 123456789\n}"),
    instance("authentication {\nauth_type PASS\n}"),
    instance("authentication {\nauth_type SHA\nauth_pass 1\n}"),
    instance("version 3\nauthentication {\nauth_type PASS\nauth_pass 1\n}"),
    instance("strict_mode maybe"), instance("strict_mode\npreempt_delay 3"),
    instance("strict_mode\nstate MASTER\npriority 100"), instance("strict_mode\naccept"),
    instance("strict_mode\ndown_timer_adverts 4"), instance("strict_mode\ngarp_lower_prio_repeat 2"),
    instance("strict_mode\nlower_prio_no_advert off"),
    instance("strict_mode\nhigher_prio_send_advert on"),
    instance("strict_mode\nuse_vmac\nvmac_xmit_base"),
    instance("strict_mode\nauthentication {\nauth_type PASS\nauth_pass 1\n}"),
    instance("strict_mode\nversion 3", "virtual_ipaddress {\nfd00::9\n}"),
    instance(addresses=""), instance(addresses="virtual_ipaddress_excluded {\n10.0.0.9\n}"),
    instance(addresses="virtual_ipaddress {\n10.0.0.9\nfd00::9\n}"), instance("native_ipv6"),
    one_address("10.0.0.9/33"), one_address("10.0.0.9/24 brd 10.0.0.256"),
    one_address("10.0.0.9 brd +"), one_address("fe80::9/64 brd +"),
    one_address("10.0.0.9/24 scope moon"), one_address("10.0.0.9/24 label sixteen-bytes-xx"),
    one_address("fe80::9/64 label eth0:1"), one_address("10.0.0.9/24 peer 10.0.0.10"),
    one_address("10.0.0.9 peer fe80::1"), one_address("10.0.0.9/24 preferred_lft x"),
    one_address("10.0.0.9/24 lable x"), one_address("10.0.0.x"),
    instance() + instance(vrid=2).replace("_id 2", "_id 1"),
    global_defs("vrrp_version 4"), global_defs("vrrp_min_garp maybe"),
    global_defs("vrrp_down_timer_adverts 101"), global_defs("vrrp_garp_interval 5000"),
    global_defs("vrrp_gna_interval x"), global_defs("vrrp_startup_delay 5000"),
    global_defs("vrrp_mcast_group4 10.0.0.1"), global_defs("vrrp_mcast_group6 fd00::1"),
    global_defs("vrrp_priority -21"), global_defs("vrrp_rt_priority 100"),
    global_defs("script_user"), global_defs("}\nstatic_ipaddress {\n10.0.0.x/24 dev eth1"),
    tracking("track_script {\nt\n}"), tracking("track_process {\nt\n}"),
    tracking("track_file {\nt\n}"), tracking("track_script {\ns weight 254\n}"),
    tracking("track_process {\np weight 255\n}"), tracking("track_file {\nf weight 255\n}"),
    tracking("track_script {\ns weight 3 x\n}"),
    tracking("track_interface {\neth0\n}"), tracking("track_script {\ns\ns\n}"),
    tracking("priority 255\ntrack_script {\ns weight 4\n}"),
    tracking("priority 255\ntrack_file {\nf\n}"), tracking("notify_priority_changes maybe"),
    tracking("notify /usr/bin/true\nnotify /usr/bin/true"),
    tracking("notify_master \"/usr/bin/true 'x\""), script("weight 254"), script("interval 0"),
    script("timeout 0"), script("rise 0"), script("fall 0"), script("weight 3 x"), script("user"),
    process("weight 255"), process("quorum 0"), process("quorum_max 65536"),
    process("quorum 3\nquorum_max 2"), process("delay 3601"), process("param_match x"),
    process("process y"), track_file("weight 255"), track_file("file /run/z"), group("global_tracking"),
    group("track_script {\nt\n}"),
    tracking("", "vrrp_sync_group G {\ngroup {\nV1\n}\n}"),
    tracking("", "vrrp_sync_group G {\ngroup {\nV1\nV9\n}\n}"),
    tracking("", "vrrp_sync_group G {\ngroup {\nV1\nV2\nV1\n}\n}"),
    tracking("track_script {\ns weight 4\n}",
             "vrrp_sync_group G {\ngroup {\nV1\nV2\n}\n}"),
    tracking("", "vrrp_sync_group G {\ngroup {\nV1\nV2\n}\n}\n"
             "vrrp_sync_group H {\ngroup {\nV1\nV2\n}\n}"),
]


@pytest.fixture(scope="module")
def keepalived(tmp_path_factory):
    """The directory with all configurations and keepalived's output for each."""
    directory = tmp_path_factory.mktemp("keywords")
    for number, text in enumerate(TAKEN + COMPLAINED):
        (directory / f"{number}.conf").write_text(text)
    check_all(directory)
    return directory


def check(keepalived, number):
    """Whether each of the two complained, and their messages."""
    name = f"{number}.conf"
    code = int((keepalived / f"{name}.code").read_text())
    done = subprocess.run([str(BUILD / "xbeatctl"), "check", name], cwd=keepalived,
                          capture_output=True, text=True)
    said = done.stdout + done.stderr
    return code != 0, " warning: " in said or " error: " in said, (
        (keepalived / name).read_text(), (keepalived / f"{name}.said").read_text(), said)


@pytest.mark.parametrize("number", range(len(TAKEN)))
def test_taken(keepalived, number):
    assert check(keepalived, number)[:2] == (False, False), check(keepalived, number)[2]


@pytest.mark.parametrize("number", range(len(COMPLAINED)))
def test_complained(keepalived, number):
    number += len(TAKEN)
    assert check(keepalived, number)[:2] == (True, True), check(keepalived, number)[2]
