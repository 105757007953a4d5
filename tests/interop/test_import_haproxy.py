# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeatctl import of HAProxy's backends: what HAProxy accepts becomes virtual_server blocks, and what is lost is named."""

import json
import re
import subprocess

import pytest

from tests.support.laboratory import BUILD

CTL = str(BUILD / "xbeatctl")
DEFAULTS = """
defaults
    timeout connect 5s
    timeout client 30s
    timeout server 30s
"""
WEB = """
frontend www
    mode http
    bind 10.0.0.1:80,10.0.0.1:8080-8081
    acl static path_beg /static
    use_backend other if static
    default_backend web
backend web
    mode http
    balance leastconn
    timeout check 1s
    option httpchk
    http-check send meth GET uri /health ver HTTP/1.1 hdr Host www.example hdr X-Probe "a b"
    http-check expect rstatus ^2\\d\\d
    cookie SRV insert
    default-server inter 500ms fastinter 100 downinter 1s rise 4 fall 5
    server web1 10.0.0.11:80 check weight 10 maxconn 100 send-proxy
    server web2 10.0.0.12:80 check inter 2s agent-check agent-port 9999 agent-inter 5s agent-send state\\n
    server web3 10.0.0.13:80 check backup
    server web4 10.0.0.14:80 check disabled ssl verify none check-sni web4.example
    server web5 10.0.0.15:80
backend other
    mode http
    server s1 10.0.0.21:80 check
"""


def accepted_by_haproxy(path):
    done = subprocess.run(["haproxy", "-c", "-f", path], capture_output=True, text=True)
    assert done.returncode in (0, 2), done.stderr  # 2: valid, but nothing to listen at


def accepted_by_xbeatd(tmp_path, blocks):
    path = tmp_path / "converted.conf"
    path.write_text(blocks)
    done = subprocess.run([CTL, "check", path], capture_output=True, text=True)
    assert done.returncode == 0 and "error" not in done.stdout + done.stderr, done.stdout + done.stderr


def convert(tmp_path, text, *options, valid=True):
    """Returns the result as JSON; HAProxy accepts the same text."""
    path = tmp_path / "haproxy.cfg"
    path.write_text(DEFAULTS + text)
    if valid:
        accepted_by_haproxy(path)
    done = subprocess.run([CTL, "import", "-j", path, *options], capture_output=True, text=True)
    result = json.loads(done.stdout)
    assert done.returncode == int(bool(result["errors"])), done.stderr
    assert result["from"] == "haproxy"
    if not result["errors"]:
        accepted_by_xbeatd(tmp_path, result["blocks"])
    return result


def lines_of(text):
    return [" ".join(line.split()) for line in text.splitlines()]


def server_block(blocks, address):
    """The lines of one real_server."""
    return lines_of(re.search(rf"^    real_server {re.escape(address)} .*?^    }}$", blocks, re.MULTILINE | re.DOTALL)[0])


def lost(result):
    return "\n".join(entry["text"] for entry in result["lost"])


def test_backend_of_a_frontend(tmp_path):
    result = convert(tmp_path, WEB)
    blocks = result["blocks"]
    assert (result["virtual_servers"], result["real_servers"], result["checks"]) == (1, 5, 5)
    group = re.search(r"virtual_server_group web {(.*?)}", blocks, re.DOTALL)[1]
    assert lines_of(group.strip()) == ["10.0.0.1 80", "10.0.0.1 8080", "10.0.0.1 8081"]
    head = lines_of(blocks.split("real_server")[0])
    for line in ("virtual_server group web {", "lvs_sched wlc", "protocol TCP", "delay_loop 0.5", "fast_interval 0.1",
                 "down_interval 1", "connect_timeout 1", "rise 4", "fall 5"):
        assert line in head, line


def test_servers_and_their_checks(tmp_path):
    blocks = convert(tmp_path, WEB)["blocks"]
    web1 = server_block(blocks, "10.0.0.11")
    assert "weight 10" in web1 and "uthreshold 100" in web1
    for line in ("HTTP_GET {", "http_protocol 1.1", "virtualhost www.example", 'header "X-Probe: a b"', "path /health",
                 "status_code 200-299"):
        assert line in web1, line
    web2 = server_block(blocks, "10.0.0.12")
    agent = web2[web2.index("AGENT_CHECK {"):]
    assert agent[1:6] == ["connect_port 9999", "rise 1", "fall 1", "delay_loop 5", r'send "state\n"']
    assert "delay_loop 2" in web2[:web2.index("AGENT_CHECK {")] and "rise 4" not in web2, "only what differs"
    assert "backup" in server_block(blocks, "10.0.0.13")
    web4 = server_block(blocks, "10.0.0.14")
    assert {"weight 0", "SSL_GET {", "enable_sni", "sni_name web4.example"} <= set(web4) and "verify" not in web4
    assert not [line for line in server_block(blocks, "10.0.0.15") if "_GET" in line or "_CHECK" in line]


def test_what_is_lost_is_a_comment_with_its_line(tmp_path):
    result = convert(tmp_path, WEB)
    text = (tmp_path / "haproxy.cfg").read_text().splitlines()
    comments = [line for line in lines_of(result["blocks"]) if line.startswith("# line")]
    for keyword in ("cookie", "acl", "send-proxy", "use_backend other", "maxconn"):
        entry = next(entry for entry in result["lost"] if keyword in entry["text"])
        assert keyword in text[entry["lines"][0] - 1]
        assert [line for line in comments if entry["text"] in line], "it is a comment, too"
    assert "web4 is disabled" in lost(result) and "backend other is used under conditions" in lost(result)


def expecting(tmp_path, pattern):
    """The lines of a server whose check expects this pattern."""
    return lines_of(convert(tmp_path, f"""
listen web
    mode http
    bind 10.0.0.1:80
    option httpchk GET /
    http-check expect {pattern}
    server one 10.0.0.11:80 check
""")["blocks"])


@pytest.mark.parametrize("pattern,codes", [
    ("status 200", "200"), ("status 200,204,301-303", "200 204 301-303"), ("! status 500-599", "100-499"),
    ("rstatus ^[23][0-9][0-9]$", "200-399"), ("! rstatus ^5", "100-499"),
])
def test_expected_status(tmp_path, pattern, codes):
    assert f"status_code {codes}" in expecting(tmp_path, pattern)


@pytest.mark.parametrize("pattern,expected", [
    ("string a.b", ["regex \"a[.]b\""]), ("rstring ^ok", ["regex \"^ok\""]), ("! string down", ["regex down", "regex_no_match"]),
    ("rstring '^\\d+ \"x\"$'", ['regex "^\\d+ \\x22x\\x22$"']), ("string '\"a\"'", ['regex "\\x22a\\x22"']),
])
def test_expected_text(tmp_path, pattern, expected):
    found = expecting(tmp_path, pattern)
    assert set(expected) <= set(found) and "status_code 100-599" in found, "HAProxy then checks no status"


def test_a_port_that_does_not_exist(tmp_path):
    """That of the client, and more: 66000."""
    result = convert(tmp_path, """
listen web
    bind 10.0.0.1:1000
    server one 10.0.0.11:80 check
    server two 10.0.0.12:+65000
""")
    assert result["real_servers"] == 1
    assert "server two: 10.0.0.12:+65000 has no port from 0 to 65535" in result["blocks"]


def test_long_texts_are_whole(tmp_path):
    token, program = "t" * 700, "/usr/bin/" + "p" * 700
    sections = f"""
global
    external-check
    insecure-fork-wanted
listen web
    mode http
    bind 10.0.0.1:80
    option httpchk GET /
    http-check send hdr X-Token {token}
    server one 10.0.0.11:80 check
listen other
    bind 10.0.0.1:81
    option external-check
    external-check command {program}
    server one 10.0.0.11:81 check
"""
    found = lines_of(convert(tmp_path, sections)["blocks"])
    assert f'header "X-Token: {token}"' in found
    assert f'misc_path "{program} 10.0.0.1 81 10.0.0.11 81"' in found


@pytest.mark.parametrize("balance,scheduler", [
    ("roundrobin", "wrr"), ("static-rr", "wrr"), ("leastconn", "wlc"), ("source", "mh"), ("random(2)", "twos"),
    ("first", "ovf"), ("uri", "wlc"), ("url_param id", "wlc"), ("hdr(Host)", "wlc"), ("rdp-cookie", "wlc"),
])
def test_balance(tmp_path, balance, scheduler):
    result = convert(tmp_path, f"""
listen web
    mode http
    bind 10.0.0.1:80
    balance {balance}
    server one 10.0.0.11:80 check
""")
    assert f"lvs_sched {scheduler}" in lines_of(result["blocks"])
    named = balance.split("(")[0].split()[0] in ("first", "uri", "url_param", "hdr", "rdp-cookie")
    assert named == (f"balance {balance.split()[0]}" in lost(result))


@pytest.mark.parametrize("option,block,named", [
    ("", "TCP_CHECK {", False), ("option tcp-check", "TCP_CHECK {", False), ("option smtpchk", "SMTP_CHECK {", False),
    ("option smtpchk EHLO example.com", "SMTP_CHECK {", True), ("option mysql-check user x", "TCP_CHECK {", True),
    ("option pgsql-check user x", "TCP_CHECK {", True), ("option redis-check", "TCP_CHECK {", False),
    ("option ldap-check", "TCP_CHECK {", True), ("option ssl-hello-chk", "TCP_CHECK {", True),
])
def test_kinds_of_checks(tmp_path, option, block, named):
    result = convert(tmp_path, f"""
listen service
    mode tcp
    bind 10.0.0.1:25
    {option}
    server one 10.0.0.11:25 check port 26 addr 10.0.1.11
""")
    server = server_block(result["blocks"], "10.0.0.11")
    assert server[server.index(block):][1:3] == ["connect_ip 10.0.1.11", "connect_port 26"]
    assert named == bool(option and " ".join(option.split()[:2]) in lost(result))


def tcp_check(tmp_path, rules, options="", defaults=""):
    """The result, and the lines of a server's TCP_CHECK."""
    result = convert(tmp_path, f"""
defaults
    timeout check 3s
    timeout connect 1s
    {defaults}
listen service
    mode tcp
    bind 10.0.0.1:25
    {rules}
    server one 10.0.0.11:25 check {options}
""")
    server = server_block(result["blocks"], "10.0.0.11")
    return result, server[server.index("TCP_CHECK {") + 1:server.index("}")]


PING = "option tcp-check\n    tcp-check send PING\\r\\n\n    tcp-check expect "


def test_what_is_sent_and_expected(tmp_path):
    result, check = tcp_check(tmp_path, PING + "comment c string '+PO \"NG'\n    tcp-check send-binary 00245c")
    assert check == [r'send "PING\r\n"', r'expect "+PO \x22NG"', r'send "\x00\x24\\"']
    assert "tcp-check" not in lost(result) and "connect_timeout 3" in lines_of(result["blocks"]), "as timeout check"
    _, check = tcp_check(tmp_path, PING + "rstring '^[+]PO\\sNG\"'")
    assert check == [r'send "PING\r\n"', r'expect_regex "^[+]PO\sNG\x22"']
    result, check = tcp_check(tmp_path, "option redis-check")
    assert check == [r'send "*1\r\n\x244\r\nPING\r\n"', r'expect "+PONG\r\n"'] and "redis" not in lost(result)
    own = PING.replace("PING", "OWN") + "string x"
    result, check = tcp_check(tmp_path, own, defaults=PING + "string +PONG")
    assert check == [r'send "OWN\r\n"', "expect x"], "instead of those of the defaults"
    assert tcp_check(tmp_path, "", defaults=PING + "string +PONG")[1] == [r'send "PING\r\n"', "expect +PONG"]


@pytest.mark.parametrize("rule", [
    "expect ! rstring ^y", "expect ! string y", "expect rbinary 3132", "send-lf %[src]", "connect port 26", f"send {'x' * 1025}",
    "set-var(check.a) int(1)"])
def test_rules_without_a_counterpart_leave_a_connection(tmp_path, rule):
    begin = PING.replace("send", "connect\n    tcp-check send", 1)
    result, check = tcp_check(tmp_path, begin + f"string y\n    tcp-check {rule}")
    assert [line for line in check if "port" not in line] == []
    assert f"tcp-check {rule.split()[0]}: " in lost(result) and "TCP_CHECK only connects" in lost(result)
    assert "connect_timeout 1" in lines_of(result["blocks"]), "as timeout connect"


def test_nothing_is_sent_in_the_clear_for_tls(tmp_path):
    _, check = tcp_check(tmp_path, PING + "string y", options="ssl verify none")
    assert check == ["# HAProxy's check sends and expects by TLS: this only connects"]
    _, check = tcp_check(tmp_path, (PING + "string y").replace("option tcp-check\n    ", ""))
    assert check == [], "rules without the option are not used"


@pytest.mark.parametrize("request_rule,lines", [
    ("option httpchk", ["path /", "method OPTIONS"]), ("option httpchk /a", ["path /a", "method OPTIONS"]),
    ("option httpchk HEAD /a", ["path /a", "method HEAD"]), ("option httpchk GET /a", ["path /a"]),
    ("option httpchk\n    http-check send meth POST uri /b", ["path /b", "method POST"]),
])
def test_methods(tmp_path, request_rule, lines):
    result = convert(tmp_path, f"""
listen web
    mode tcp
    bind 10.0.0.1:80
    {request_rule}
    server one 10.0.0.11:80 check
""")
    server = server_block(result["blocks"], "10.0.0.11")
    assert server[server.index("url {"):][1:len(lines) + 2] == [*lines, "status_code 200-399"]
    assert "requests" not in lost(result)


def test_tracked_server_has_the_checks_of_the_other(tmp_path):
    blocks = convert(tmp_path, """
listen web
    mode http
    bind 10.0.0.1:80
    option httpchk GET /ready
    server one 10.0.0.11:80 check
listen more
    mode tcp
    bind 10.0.0.1:81
    server two 10.0.0.12:81 track web/one
""")["blocks"]
    two = server_block(blocks, "10.0.0.12")
    assert two[two.index("HTTP_GET {"):][1:3] == ["connect_ip 10.0.0.11", "connect_port 80"] and "path /ready" in two


def test_address_is_asked_for_where_no_line_gives_it(tmp_path):
    every = "\nlisten web\n    bind :80\n    server one 10.0.0.11:80 check\n"
    result = convert(tmp_path, every)
    assert [error["line"] for error in result["errors"]] == [8] and "--address" in result["errors"][0]["text"]
    result = convert(tmp_path, every, "--address", "10.0.0.9")
    assert "virtual_server 10.0.0.9 80 {" in lines_of(result["blocks"])
    alone = "\nbackend web\n    server one 10.0.0.11:8080 check\n"
    assert "backend web" in convert(tmp_path, alone)["errors"][0]["text"]
    result = convert(tmp_path, alone, "--address", "10.0.0.9:80")
    assert "virtual_server 10.0.0.9 80 {" in lines_of(result["blocks"])


def test_ipv6_and_lines_in_quotes(tmp_path):
    result = convert(tmp_path, """
listen web
    bind [2001:db8::1]:80
    server "one" 2001:db8::11:80 check # comment
    server two\\ 2 [2001:db8::12]:80 check
""", valid=False)
    found = lines_of(result["blocks"])
    assert "virtual_server 2001:db8::1 80 {" in found and "real_server 2001:db8::11 80 {" in found
    assert "real_server 2001:db8::12 80 {" in found and "# two 2" in found


@pytest.mark.parametrize("text", [
    "listen x\n  bind 10.0.0.1:80\n  server a 10.0.0.2:80 check inter\n",
    "listen x\n  bind 10.0.0.1:80\n  server\n",
    "listen\n  bind\n  balance\n  option\n  http-check\n  tcp-check\n  timeout\n  source\n  no\n  stick on\n  use_backend\n"
    "  default_backend\n  external-check\n  http-check expect !\n  http-check send hdr x\n  server a /run/a check\n",
    "backend x\n  server a ${ADDRESS}:80 check\n", "global\n", "listen x \"unended\n  bind 'x\n",
    "defaults a\nbackend x from b\n  server a 10.0.0.1:1 check check-sni\n",
])
def test_broken_lines_are_named(tmp_path, text):
    path = tmp_path / "broken.cfg"
    path.write_text(text)
    done = subprocess.run([CTL, "import", path, "--from", "haproxy", "--address", "10.0.0.9"], capture_output=True, text=True)
    assert done.returncode in (0, 1) and ("#" in done.stdout or done.stderr), (done.stdout, done.stderr)
