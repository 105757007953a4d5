# SPDX-License-Identifier: GPL-2.0-or-later
"""The scenarios, as a table: configuration, steps, and the state of each node after each step.

Intervals are short. A node is "a" (10.77.0.1, by default the higher priority) or "b" (10.77.0.2).
The states are those of two keepalived: a scenario in which these do not come is wrong itself.
"""

import functools
import time

from tests.interop.differential.configurations import (families, grouped, notified, on_macvlan, pair,
                                                       tracked, tracked_files, unicast, without_process)
from tests.support.advert import Forger
from tests.support.differential.run import NODES, Scenario, step

MASTER, BACKUP, FAULT, STOP = "MASTER", "BACKUP", "FAULT", "STOP"
SECOND = {"version": 2, "advert_int": 1}
IPV6 = {"vips": ["fe80::77:1", "fd77::100/64"]}
TWO = ["10.77.0.100/24", "10.77.0.101/24"]


def act(verb, *letters, **keys):
    """A method of the run, for each of these nodes."""
    def do(run):
        for letter in letters:
            getattr(run, verb)(letter, **keys)
    return do


def start(a=MASTER, b=BACKUP):
    return lambda run: run.start_in_turn(a=a, b=b)


def cut(*letters, carrier=False):
    return lambda run: [run.cut(letter, *(["--carrier"] if carrier else [])) for letter in letters]


def ip(letter, words):
    return lambda run: run.ip(letter, *words.split())


def forge(**fields):
    """Sends an advert of another router, from the client."""
    def do(run):
        with Forger(run.lab) as forger:
            forger.send(**fields)
    return do


def forge_many(count, pause_s, **fields):
    """In a stream, faster than the interval of adverts."""
    def do(run):
        with Forger(run.lab) as forger:
            for _ in range(count):
                forger.send(**fields)
                time.sleep(pause_s)
    return do


def write(name, text):
    """To files of the nodes "a" that the configuration names by run.lab.path()."""
    return lambda run: run.lab.write(name, text)


def stop_link(letter, link, up):
    """The far end of a cable: the node loses the carrier of this interface only."""
    return lambda run: run.lab.run("switch", "ip", "link", "set", f"{NODES[letter]}.{link}", "up" if up else "down")


def set_up_macvlan(run):
    """Its MAC address is the same in each laboratory."""
    for number, letter in enumerate(NODES, 1):
        for words in (f"link add mv0 address 02:00:00:00:00:0{number} link eth0 type macvlan mode bridge",
                      f"address add 10.77.0.{number + 10}/24 dev mv0", "link set mv0 up"):
            run.ip(letter, *words.split())


def set_up_again(run):
    for words in ("link add mv0 address 02:00:00:00:00:01 link eth0 type macvlan mode bridge",
                  "address add 10.77.0.11/24 dev mv0", "link set mv0 up"):
        run.ip("a", *words.split())


def steps(*acts):
    def do(run):
        for each in acts:
            each(run)
    return do


START = step("start", start(), a=MASTER, b=BACKUP)
STOP_A = step("stop a", act("stop", "a"), a=STOP, b=MASTER)
START_A = step("start a", act("start", "a"), a=MASTER)
FAIL_AND_RETURN = [START, STOP_A, step("start a", act("start", "a"), a=MASTER, b=BACKUP)]
BOTH = functools.partial(dict.fromkeys, ["VI_1", "VI_2"])
FAMILIES = functools.partial(dict.fromkeys, ["VI_1", "VI_6"])

SCENARIOS = [
    # Start and stop.
    Scenario("alone", pair(), [START_A, step("stop a", act("stop", "a"), a=STOP)]),
    Scenario("defaults", pair(global_lines=[], state=None, version=None, advert_int=None), [START_A],
             quiet_s=5.6),
    Scenario("both_at_once", pair(vips=TWO, advert_int=1, a={"priority": 254}, b={"priority": 1}), [
        step("start", lambda run: run.start("a", "b"), a=MASTER, b=BACKUP), STOP_A], sensitive=True),
    Scenario("second_lower", pair(), [START_A, step("start b", act("start", "b"), b=BACKUP)]),
    Scenario("second_higher", pair(), [step("start b", act("start", "b"), b=MASTER),
                                       step("start a", act("start", "a"), a=MASTER, b=BACKUP)]),
    Scenario("second_equal", pair(priority=100), [step("start a", act("start", "a"), a=MASTER),
                                                  step("start b", act("start", "b"), b=BACKUP)]),
    Scenario("nopreempt", pair("nopreempt"), [
        step("start b", act("start", "b"), b=MASTER), step("start a", act("start", "a"), a=BACKUP),
        step("stop b", act("stop", "b"), a=MASTER, b=STOP)]),
    Scenario("preempt_delay", pair("preempt_delay 1"), [
        step("start b", act("start", "b"), b=MASTER),
        step("start a", act("start", "a"), a=MASTER, b=BACKUP)]),
    Scenario("state_master", pair(state="MASTER"), FAIL_AND_RETURN),
    Scenario("owner", pair(a={"priority": 255, "state": "MASTER"}), FAIL_AND_RETURN, sensitive=True),
    Scenario("startup_delay", pair(global_lines=["vrrp_garp_master_delay 1", "vrrp_startup_delay 1.5"]),
             [START], quiet_s=1.8),
    # Failures.
    Scenario("kill", pair(), [START, step("kill a", act("kill", "a"), b=MASTER),
                              step("start a", act("start", "a"), a=MASTER, b=BACKUP)]),
    Scenario("pause", pair(), [START, step("pause a", act("pause", "a"), b=MASTER),
                               step("resume a", act("resume", "a"), a=MASTER, b=BACKUP)]),
    Scenario("carrier_active", pair(), [START, step("down", cut("a", carrier=True), a=FAULT, b=MASTER),
                                        step("up", act("heal", "a"), a=MASTER, b=BACKUP)], sensitive=True),
    Scenario("cut_active", pair(), [START, step("cut", cut("a"), a=MASTER, b=MASTER),
                                    step("heal", act("heal", "a"), a=MASTER, b=BACKUP)]),
    Scenario("carrier_backup", pair(), [START, step("down", cut("b", carrier=True), a=MASTER, b=FAULT),
                                        step("up", act("heal", "b"), a=MASTER, b=BACKUP)]),
    Scenario("carrier_both", pair(), [START, step("down", cut("a", "b", carrier=True), a=FAULT, b=FAULT),
                                      step("up", act("heal", "a", "b"), a=MASTER, b=BACKUP)]),
    Scenario("lower_prio", pair("garp_lower_prio_delay 1", "garp_lower_prio_repeat 2"), [
        START, step("lower advert", forge(priority=50, interval_cs=20), a=MASTER, b=BACKUP)]),
    Scenario("lower_stream", pair(), [
        START, step("lower adverts", forge_many(20, 0.02, priority=50, interval_cs=20), a=MASTER, b=BACKUP)]),
    Scenario("foreign", pair(), [START, step("other vrid", forge(vrid=52), a=MASTER, b=BACKUP),
                                 step("higher", forge(priority=200, interval_cs=20), a=MASTER, b=BACKUP)]),
    Scenario("other_addresses", pair(b={"vips": TWO}), [START]),
    Scenario("down_timer", pair("down_timer_adverts 5"), [START, STOP_A]),
    # What an operator does.
    Scenario("address_removed", pair(vips=TWO), [
        START, step("remove", ip("a", "address del 10.77.0.100/24 dev eth0"), a=MASTER, b=BACKUP)]),
    Scenario("interface_again", on_macvlan(), [
        step("start", steps(set_up_macvlan, start()), a=MASTER, b=BACKUP),
        step("delete", ip("a", "link del mv0"), a=FAULT, b=MASTER),
        step("again", set_up_again, a=MASTER, b=BACKUP)]),
    Scenario("reload_same", pair(), [START, step("reload", act("reload", "a", "b"), a=MASTER, b=BACKUP)]),
    Scenario("reload_priority", pair(), [
        START, step("lower", act("reload", "a", priority=90), a=BACKUP, b=MASTER),
        step("higher", act("reload", "a", priority=150), a=MASTER, b=BACKUP)]),
    Scenario("reload_addresses", pair(), [
        START, step("add", act("reload", "a", "b", vips=TWO), a=MASTER, b=BACKUP),
        step("remove", act("reload", "a", "b", vips=TWO[1:]), a=MASTER, b=BACKUP)]),
    Scenario("reload_interval", pair(), [
        START, step("longer", act("reload", "a", "b", advert_int="0.3"), a=MASTER, b=BACKUP)]),
    Scenario("reload_instance", pair(), [
        START, step("add", act("reload", "a", "b", second=True), a=BOTH(MASTER), b=BOTH(BACKUP)),
        step("remove", act("reload", "a", "b", second=False), a=MASTER, b=BACKUP)]),
    # Versions, families, ways.
    Scenario("version_2", pair(**SECOND), FAIL_AND_RETURN, sensitive=True),
    Scenario("password", pair(authentication=["auth_type PASS", "auth_pass 12345678xyz"], **SECOND),
             [START]),
    Scenario("fast", pair(advert_int="0.05"), [START, STOP_A]),
    Scenario("ipv6", pair(**IPV6), FAIL_AND_RETURN, sensitive=True),
    Scenario("families", families(), [
        step("start", start(FAMILIES(MASTER), FAMILIES(BACKUP)), a=FAMILIES(MASTER), b=FAMILIES(BACKUP)),
        step("stop a", act("stop", "a"), a=FAMILIES(STOP), b=FAMILIES(MASTER))]),
    Scenario("unicast", pair(**unicast(4)), FAIL_AND_RETURN),
    Scenario("unicast_ttl", pair(**unicast(4, ttl=64)), [START, STOP_A]),
    Scenario("unicast_ipv6", pair(**unicast(6), **IPV6), [START, STOP_A]),
    Scenario("vmac", pair("use_vmac"), FAIL_AND_RETURN, sensitive=True),
    Scenario("vmac_xmit_base", pair("use_vmac", "vmac_xmit_base"), [START, STOP_A]),
    Scenario("vmac_ipv6", pair("use_vmac", **IPV6), [START, STOP_A]),
    # Groups and tracking.
    Scenario("group", grouped(), [
        step("start", start(BOTH(MASTER), BOTH(BACKUP)), a=BOTH(MASTER), b=BOTH(BACKUP)),
        step("down", stop_link("a", 1, False), a=BOTH(FAULT), b=BOTH(MASTER)),
        step("up", stop_link("a", 1, True), a=BOTH(MASTER), b=BOTH(BACKUP))], links=2),
    Scenario("script", tracked_files("script"), [
        step("start", steps(write("a.works", ""), write("b.works", ""), start()), a=MASTER, b=BACKUP),
        step("fail", lambda run: run.lab.path("a.works").unlink(), a=FAULT, b=MASTER),
        step("recover", write("a.works", ""), a=MASTER, b=BACKUP)]),
    Scenario("script_weight", tracked_files("script", weight=-60), [
        step("start", steps(write("a.works", ""), write("b.works", ""), start()), a=MASTER, b=BACKUP),
        step("fail", lambda run: run.lab.path("a.works").unlink(), a=BACKUP, b=MASTER),
        step("recover", write("a.works", ""), a=MASTER, b=BACKUP)]),
    Scenario("track_interface", tracked("track_interface", "eth1"), [
        START, step("down", stop_link("a", 1, False), a=FAULT, b=MASTER),
        step("up", stop_link("a", 1, True), a=MASTER, b=BACKUP)], links=2, sensitive=True),
    Scenario("interface_weight", tracked("track_interface", "eth1 weight -60"), [
        START, step("down", stop_link("a", 1, False), a=BACKUP, b=MASTER),
        step("up", stop_link("a", 1, True), a=MASTER, b=BACKUP)], links=2),
    Scenario("track_file", tracked_files("file", weight=1), [
        step("start", steps(write("a.number", "0\n"), write("b.number", "0\n"), start()),
             a=MASTER, b=BACKUP),
        step("lower", write("a.number", "-60\n"), a=BACKUP, b=MASTER),
        step("fault", write("a.number", "-254\n"), a=FAULT, b=MASTER),
        step("recover", write("a.number", "0\n"), a=MASTER, b=BACKUP)]),
    Scenario("group_script", grouped(track_script=["T"]), [
        step("start", steps(write("a.works", ""), write("b.works", ""), start(BOTH(MASTER), BOTH(BACKUP))),
             a=BOTH(MASTER), b=BOTH(BACKUP)),
        step("fail", lambda run: run.lab.path("a.works").unlink(), a=BOTH(FAULT), b=BOTH(MASTER)),
        step("recover", write("a.works", ""), a=BOTH(MASTER), b=BOTH(BACKUP))], links=2),
    Scenario("group_member_script", grouped(member={"track_script": ["T"]}), [
        step("start", steps(write("a.works", ""), write("b.works", ""), start(BOTH(MASTER), BOTH(BACKUP))),
             a=BOTH(MASTER), b=BOTH(BACKUP)),
        step("fail", lambda run: run.lab.path("a.works").unlink(), a=BOTH(FAULT), b=BOTH(MASTER)),
        step("recover", write("a.works", ""), a=BOTH(MASTER), b=BOTH(BACKUP))], links=2),
    Scenario("group_start_fault", grouped(), [
        step("start", steps(stop_link("a", 1, False), lambda run: run.start("a", "b")),
             a=BOTH(FAULT), b=BOTH(MASTER)),
        step("up", stop_link("a", 1, True), a=BOTH(MASTER), b=BOTH(BACKUP))], links=2),
    Scenario("process", without_process(), [
        step("start b", act("start", "b"), b=MASTER), step("start a", act("start", "a"), a=FAULT, b=MASTER)]),
    Scenario("process_weight", without_process(weight=-60), [
        step("start b", act("start", "b"), b=MASTER), step("start a", act("start", "a"), a=BACKUP, b=MASTER)]),
    # What belongs to an instance.
    Scenario("excluded", pair(virtual_ipaddress_excluded=["10.77.0.110/24", "fd77::110/64"]), [START, STOP_A]),
    Scenario("addresses", pair(vips=["10.77.0.100/24 brd 10.77.0.255 label eth0:v", "10.77.9.1 scope link",
                                     "10.77.0.102/24 brd +"]), [START, STOP_A]),
    Scenario("routes", pair(virtual_routes=["10.78.0.0/24 via 10.77.0.200", "10.79.0.0/24 dev eth0 metric 7"],
                            virtual_rules=["from 10.78.0.0/24 table 9", "to 10.79.0.0/24 lookup 9 priority 77"]),
             [START, STOP_A], sensitive=True),
    # Announcements.
    Scenario("garp_repeat", pair("garp_master_delay 1", "garp_master_repeat 3", vips=TWO, global_lines=[]),
             [START_A]),
    Scenario("garp_refresh", pair("garp_master_refresh 1", "garp_master_refresh_repeat 2", vips=TWO,
                                  global_lines=["vrrp_garp_master_delay 0"]), [START_A], counted=False),
    Scenario("min_garp", pair(global_lines=["vrrp_min_garp"], vips=TWO), [START_A], quiet_s=2),
    Scenario("no_accept", pair("no_accept"), [START]),
    # Notifications.
    Scenario("notify", notified(), [
        START, step("down", cut("a", carrier=True), a=FAULT, b=MASTER),
        step("up", act("heal", "a"), a=MASTER, b=BACKUP),
        step("deleted", act("reload", "a", vrid=61, name="VI_2"), a={"VI_2": MASTER}),
        step("stop a", act("stop", "a"), a={"VI_2": STOP}, b=MASTER)], sensitive=True),
]
