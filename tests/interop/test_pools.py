# SPDX-License-Identifier: GPL-2.0-or-later
"""Server pools beside keepalived: it accepts what xbeat prints of them, and both correct the same."""

import re
import subprocess

import pytest

from tests.support.keepalived_check import check_all
from tests.support.laboratory import BUILD

# Without it keepalived reports every program.
SECURE = "global_defs {\nenable_script_security\n}\n"
QUIET = "lvs_sched rr\nlvs_method NAT\nprotocol TCP\n"
SERVER = "real_server 10.0.0.2 80 {\nTCP_CHECK {\n}\n}\n"


def pool(lines, head="10.0.0.1 80", quiet=QUIET):
    return f"virtual_server {head} {{\n{quiet}{lines}}}\n"


def checks(lines):
    return pool(f"real_server 10.0.0.2 80 {{\n{lines}}}\n")


CONNECTION = ("connect_ip 10.0.0.5\nconnect_port 81\nbindto 10.0.0.6\nbind_port 99\nconnect_timeout 3\n"
              "fwmark 7\n")
RULES = "delay_loop 5\nretry 4\ndelay_before_retry 2\nwarmup 1\nalpha\nlog_all_failures\n"

# keepalived accepts them without a message.
TAKEN = {
    "pool": SECURE + pool("quorum 2\nhysteresis 1\nquorum_up \"/bin/true up\" root\nquorum_down /bin/false root\n"
                 "alpha\nomega\ninhibit_on_failure\nha_suspend\nsmtp_alert\nsnmp_name a\nweight 3\n"
                 "persistence_timeout 9\npersistence_granularity 255.255.0.0\npersistence_engine sip\n"
                 "sorry_server 10.0.0.9 80\nsorry_server_inhibit\nsorry_server_lvs_method DR\n" + SERVER),
    "flags": pool("sh-port\nsh-fallback\n" + SERVER, quiet="lvs_sched sh\nlvs_method DR\nprotocol UDP\n"),
    "ops": pool("ops\nflag-1\nflag-3\n" + SERVER, quiet="lvs_sched wlc\nlvs_method NAT\nprotocol UDP\n"),
    "tunnels": pool("real_server 10.0.0.2 80 {\nlvs_method TUN type gue port 6080 csum\n}\n"
                    "real_server 10.0.0.3 80 {\nlvs_method TUN type gre\n}\n"
                    "real_server fd00::2 80 {\nlvs_method TUN\n}\n"),
    "server": SECURE + pool("real_server 10.0.0.2 80 {\nweight 0\nuthreshold 9\nlthreshold 3\n"
                   "inhibit_on_failure\nnotify_up \"/bin/true 'a b'\" root\nnotify_down /bin/true root\n"
                   "smtp_alert off\nvirtualhost h\nsnmp_name y\n}\n" + "real_server 10.0.0.3 80 {\n}\n"),
    "ipv6": pool("persistence_granularity 64\nreal_server fd00::2 80 {\nTCP_CHECK {\n}\n}\n",
                 head="fd00::1 80"),
    "mark": pool("ip_family inet6\nreal_server fd00::2 80 {\nTCP_CHECK {\n}\n}\n", head="fwmark 7",
                 quiet="lvs_sched rr\nlvs_method NAT\n"),
    "group": "virtual_server_group g {\n10.0.0.1 80\n10.0.1.1-9 81\n10.0.2.1 82\nfwmark 7\n}\n"
             + pool(SERVER, head="group g"),
    "tcp": checks(f"TCP_CHECK {{\n{CONNECTION}{RULES}}}\nTCP_CHECK {{\n}}\nPING_CHECK {{\n}}\n"),
    "http": checks(f"HTTP_GET {{\n{CONNECTION}{RULES}http_protocol 1.1\nvirtualhost a\nenable_sni\n"
                   "fast_recovery\nurl {\npath /a?b=c\nstatus_code 200-204 301\nvirtualhost b\n"
                   "digest 0123456789abcdef0123456789abcdef\nregex \"a.b\"\nregex_no_match\n"
                   "regex_options caseless multiline\nregex_min_offset 2\nregex_max_offset 9\n}\n}\n"
                   "SSL_GET {\nurl {\npath /\n}\n}\n"),
    "smtp": checks("SMTP_CHECK {\nhelo_name me\n}\nDNS_CHECK {\ntype MX\nname example.org\n}\n"),
    "udp": checks("UDP_CHECK {\npayload 01FE\nrequire_reply 1xx2\nmin_reply_length 1\n"
                  "max_reply_length 9\n}\nUDP_CHECK {\n}\n"),
    "misc": SECURE + checks("MISC_CHECK {\nmisc_path \"/bin/true 'a b'\"\nmisc_timeout 3\nmisc_dynamic\n"
                   "user root\n}\n"),
    "file": "track_file f {\nfile /run/f\nweight 2\n}\n"
            + checks("FILE_CHECK {\ntrack_file f\n}\nFILE_CHECK {\ntrack_file f\nweight 3 reverse\n}\n"),
    "bfd": "bfd_instance b {\nneighbor_ip 10.0.0.2\nsource_ip 10.0.0.1\nmin_rx 50.5\nmin_tx 20\nidle_tx 2000\n"
           "multiplier 3\npassive\nttl 64\nmax_hops 64\nweight 5 reverse\n}\n"
           "bfd_instance c {\nneighbour_ip fd00::2\nhoplimit 255\nmax_hops -1\nvrrp\nchecker\n}\n"
           + checks("BFD_CHECK {\nname b\n}\nBFD_CHECK {\nname c\nalpha\n}\n"),
    "globals": "global_defs {\nlvs_timeouts tcp 9 udp 8\nlvs_flush\nlvs_flush_on_stop VS\n"
               "lvs_notify_fifo /run/f root\nno_checker_emails\nrs_init_notifies\n}\n"
               "SSL {\npassword p\nca /a\ncertificate /b\nkey /c\n}\n" + pool(SERVER),
}

SESSION = "bfd_instance b {\nneighbor_ip 10.0.0.2\n"
BFD = "BFD_CHECK {\nname b\n}\n"

# What both correct, and how they report it: text, keepalived's words, xbeat's.
CORRECTED = {
    "protocol": (pool(SERVER, quiet="lvs_sched rr\nlvs_method NAT\n"), "no protocol set - defaulting to UDP",
                 "no protocol; as in keepalived it is UDP"),
    "scheduler": (pool(SERVER, quiet="lvs_method NAT\nprotocol TCP\n"), "no scheduler set, setting default 'wlc'",
                  "no scheduler; as in keepalived it is wlc"),
    "method": (pool(SERVER, quiet="lvs_sched rr\nprotocol TCP\n"), "no forwarding method set, setting default NAT",
               "no forwarding method; as in keepalived it is NAT"),
    "quorum": (pool("quorum 9\n" + SERVER), "reducing quorum to 1", "it is lowered to 1"),
    "hysteresis": (pool("quorum 2\nhysteresis 5\nweight 3\n" + SERVER), "setting hysteresis to 1",
                   "it is lowered to 1"),
    "duplicate": (pool(SERVER + SERVER), "is duplicated - removing second rs", "is already listed on line"),
    "port": (pool(SERVER, head="10.0.0.1"), "zero port only valid for persistent services - setting",
             "persistence_timeout is set to 360"),
    "family": (pool(SERVER + "real_server fd00::2 80 {\n}\n"), "don't match - skipping real server",
               "not of the virtual server's address family; it is ignored"),
    "sorry": (pool("sorry_server_inhibit\n" + SERVER), "used before or without sorry_server",
              "has no effect before a sorry_server"),
    "both": (pool("sorry_server 10.0.0.2 80\nsorry_server_inhibit\n" + SERVER), "clearing on sorry server",
             "that of the real_server: off"),
    "mark": (pool(SERVER, head="fwmark 7"), "protocol specified for fwmark - protocol will be ignored",
             "protocol has no effect with fwmark"),
    "empty": (pool("") + pool(SERVER, head="10.0.0.2 80"), "has no real servers - ignoring",
              "has no real_server; it is ignored"),
    "hops": (SESSION + "ttl 3\nmax_hops 9\n}\n" + checks(BFD), "max_hops exceeds ttl/hoplimit - setting to",
             "it is lowered to 3"),
    "twice": (SESSION + "}\n" + checks(BFD + BFD), "RS already monitoring b", "is already listed on line"),
    "direct": (pool("real_server 10.0.0.2 81 {\n}\n", quiet="lvs_sched rr\nlvs_method DR\nprotocol TCP\n"),
               "", "it is reset to that"),
}


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    """All files, and what keepalived reports of each, and of what xbeat prints of it."""
    directory = tmp_path_factory.mktemp("pools")
    for name, text in TAKEN.items():
        (directory / f"given_{name}.conf").write_text(text)
        done = subprocess.run([str(BUILD / "tools/print_config"), f"given_{name}.conf"], cwd=directory,
                              capture_output=True, text=True)
        assert done.returncode == 0 and not done.stderr, (name, done.stderr)
        (directory / f"printed_{name}.conf").write_text(done.stdout)
    for name, (text, _theirs, _ours) in CORRECTED.items():
        (directory / f"corrected_{name}.conf").write_text(text)
    check_all(directory)
    return directory


@pytest.mark.parametrize("form", ["given", "printed"])
@pytest.mark.parametrize("name", TAKEN)
def test_taken(directory, name, form):
    path = directory / f"{form}_{name}.conf"
    said = (directory / f"{path.name}.said").read_text()
    assert (directory / f"{path.name}.code").read_text() == "0\n", f"{said}\n{path.read_text()}"


@pytest.mark.parametrize("name", CORRECTED)
def test_corrected(directory, name):
    path = directory / f"corrected_{name}.conf"
    _text, theirs, ours = CORRECTED[name]
    said = (directory / f"{path.name}.said").read_text()
    assert theirs in said
    done = subprocess.run([str(BUILD / "xbeatctl"), "check", path], capture_output=True, text=True)
    warnings = re.findall(": warning: (.*)", done.stdout + done.stderr)
    assert done.returncode == 0 and len(warnings) == 1 and ours in warnings[0], (done.stderr, said)
