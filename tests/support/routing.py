# SPDX-License-Identifier: GPL-2.0-or-later
"""A host of its own for routes and rules: what a configuration installs there, without a daemon."""

import re
import subprocess

from tests.support.laboratory import BUILD

TOOL = BUILD / "tools" / "route_change"

INSTANCE = """
global_defs {
    vrrp_version 3
}
vrrp_instance V {
    interface eth0
    virtual_router_id 1
    advert_int 0.1
    virtual_ipaddress {
        10.0.0.9
    }
    virtual_routes {
        ROUTES
    }
    virtual_rules {
        RULES
    }
}
"""


class Host:
    """A network namespace with two interfaces; the far ends are in another."""

    def __init__(self, name, path, iproute_directory=None):
        """iproute_directory: what its programs find as /etc/iproute2."""
        self.name, self.far, self.path = name, f"{name}f", path
        self.iproute_directory = iproute_directory

    def __enter__(self):
        try:
            self.make()
        except BaseException:
            self.__exit__()
            raise
        return self

    def make(self):
        subprocess.run(["ip", "netns", "add", self.name], check=True)
        subprocess.run(["ip", "netns", "add", self.far], check=True)
        for number in range(2):
            self.ip("link", "add", f"eth{number}", "type", "veth", "peer", "name", f"eth{number}",
                    "netns", self.far)
            self.ip("address", "add", f"10.0.{number}.1/24", "dev", f"eth{number}")
            self.ip("link", "set", f"eth{number}", "up")
            subprocess.run(["ip", "-n", self.far, "link", "set", f"eth{number}", "up"], check=True)
        self.ip("address", "add", "fd00::1/64", "dev", "eth0", "nodad")
        self.ip("link", "set", "lo", "up")

    def __exit__(self, *_):
        for name in (self.name, self.far):
            subprocess.run(["ip", "netns", "delete", name], check=False)

    def ip(self, *arguments):
        return subprocess.run(["ip", "-n", self.name, *arguments], check=True, text=True,
                              stdout=subprocess.PIPE).stdout

    def inside(self, *command):
        """The command, so that it runs in the namespace."""
        own = ["unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/iproute2 && exec "$@"',
               self.iproute_directory] if self.iproute_directory else []
        return ["ip", "netns", "exec", self.name, *own, *command]

    def change(self, verb):
        """Returns the failures: "LINE ERRNO"."""
        done = subprocess.run(self.inside(TOOL, verb, self.path, "eth0"), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert done.returncode == 0, done.stderr
        return done.stdout.split("\n")[:-1]

    def write(self, routes=(), rules=()):
        text = INSTANCE.replace("ROUTES", "\n".join(routes)).replace("RULES", "\n".join(rules))
        self.path.write_text(text)

    def routes(self, protocol="keepalived"):
        """All routes, each with its tokens one blank apart."""
        shown = "".join(self.ip(family, "route", "show", "table", "all", "proto", protocol)
                        for family in ("-4", "-6"))
        return [" ".join(route.split()) for route in re.split(r"\n(?!\s)", shown) if route.strip()]

    def rules(self):
        shown = "".join(self.ip(family, "rule", "show") for family in ("-4", "-6")).splitlines()
        return [" ".join(line.removesuffix(" proto keepalived").split())
                for line in shown if line.endswith(" proto keepalived")]
