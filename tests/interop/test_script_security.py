# SPDX-License-Identifier: GPL-2.0-or-later
"""enable_script_security refuses the scripts that keepalived refuses to run. Both programs see an
/etc/passwd of the test, with and without keepalived's default user."""

import itertools
import subprocess

import pytest

from tests.support.laboratory import BUILD

CONFIG = """global_defs {{
{globals}
}}
vrrp_script check {{
    script "/bin/true"
    {user}
}}
vrrp_instance VI_1 {{
    interface eth0
    virtual_router_id 5
    virtual_ipaddress {{
        10.9.9.9
    }}
    track_script {{
        check
    }}
}}
"""
PLACE = """
ip link add eth0 type veth peer name peth0
mount --bind passwd /etc/passwd
keepalived --config-test --use-file keepalived.conf > said.keepalived 2>&1
"$0" -t -c keepalived.conf > said.xbeatd 2>&1
echo $? > code.xbeatd
"""
WITHOUT = "".join(line for line in open("/etc/passwd", encoding="utf-8")
                  if not line.startswith("keepalived_script:"))
DEFAULT = "keepalived_script:x:4711:4711::/:/bin/false\n"
CASES = list(itertools.product([WITHOUT, WITHOUT + DEFAULT], ["", "enable_script_security"],
                               ["", "script_user root"], ["", "user root"]))


@pytest.mark.parametrize("passwd, security, script_user, user", CASES, ids=[
    " ".join(filter(None, ["default" if DEFAULT in case[0] else "", *case[1:]])) or "nothing"
    for case in CASES])
def test_the_same_scripts_are_refused(tmp_path, passwd, security, script_user, user):
    (tmp_path / "passwd").write_text(passwd)
    (tmp_path / "keepalived.conf").write_text(
        CONFIG.format(globals=f"{security}\n{script_user}", user=user))
    subprocess.run(["unshare", "--net", "--mount", "sh", "-c", PLACE, BUILD / "xbeatd"],
                   cwd=tmp_path, check=True)
    refused = "Unable to set default user" in (tmp_path / "said.keepalived").read_text()
    said = (tmp_path / "said.xbeatd").read_text()
    expected = ("error: no user for vrrp_script check, which enable_script_security requires"
                if refused else "keepalived.conf: ok")
    assert expected in said
    assert (tmp_path / "code.xbeatd").read_text() == ("1\n" if refused else "0\n")
    assert refused == (bool(security) and not script_user and not user and DEFAULT not in passwd)
