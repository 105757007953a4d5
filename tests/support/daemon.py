# SPDX-License-Identifier: GPL-2.0-or-later
"""A daemon that serves virtual routers on a node of a laboratory; keepalived is one."""

import pathlib
import signal

from tests.support.node import Node
from tests.support.probe import REALTIME


class Daemon(Node):
    """A program with the configuration of the last configure()."""

    def __init__(self, lab, node, *texts):
        super().__init__(lab, node)
        self.configuration = lab.path(f"{node}.conf")
        self.process = None
        if texts:
            self.configure(*texts)

    def configure(self, *texts):
        self.lab.write(self.configuration.name, "".join(texts))
        return self

    def hang_up(self):
        self.process.send_signal(signal.SIGHUP)

    def proc(self):
        return pathlib.Path(f"/proc/{self.process.pid}")

    def stop(self):
        """Returns the exit status."""
        return self.process.end(signal.SIGTERM)


class Keepalived(Daemon):
    def start(self):
        pid_files = [f"--{kind}={self.lab.path(f'{self.node}-{kind}')}" for kind in ("pid", "vrrp_pid")]
        # On time on a busy machine, as xbeatd is by itself.
        self.process = self.lab.spawn(self.node, *REALTIME, "keepalived", "--dont-fork", "--log-console",
                                      "--log-detail", "--vrrp", "--use-file", self.configuration,
                                      *pid_files)
        return self
