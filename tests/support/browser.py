# SPDX-License-Identifier: GPL-2.0-or-later
"""A headless Chromium in a node's namespace, driven by the WebDriver protocol of chromedriver."""

import contextlib
import http.client
import json
import socket

from tests.support.exporter import network_of
from tests.support.laboratory import NEVER_SECONDS, wait_until

PORT = 9515
# It runs as root, and must not ask anything of networks by itself.
OPTIONS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
           "--disable-background-networking", "--disable-sync", "--disable-extensions", "--mute-audio")
KEYS = {"Tab": {"windowsVirtualKeyCode": 9}, "Enter": {"windowsVirtualKeyCode": 13, "text": "\r"}}


class Browser:
    def __init__(self, lab, node):
        self.namespace = f"/run/netns/{lab.name}-{node}"
        self.process = lab.spawn(node, "/usr/bin/chromedriver", f"--port={PORT}")
        wait_until(self.listens, "chromedriver listens")
        options = {"binary": "/usr/bin/chromium", "args": [*OPTIONS, f"--user-data-dir={lab.path('chromium')}"]}
        self.session = ""
        self.session = "/" + self.ask("POST", "", {"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": options, "goog:loggingPrefs": {"performance": "ALL", "browser": "ALL"}}}})["sessionId"]

    def listens(self):
        assert self.process.running(), self.process.output()
        with contextlib.suppress(ConnectionRefusedError), network_of(self.namespace):
            socket.create_connection(("127.0.0.1", PORT), timeout=NEVER_SECONDS).close()
            return True
        return False

    def ask(self, method, path, body=None):
        with network_of(self.namespace):
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=NEVER_SECONDS)
            connection.request(method, f"/session{self.session}{path}", json.dumps(body) if body is not None else None,
                               {"Content-Type": "application/json"})
            value = json.loads(connection.getresponse().read())["value"]
            connection.close()
        assert not (isinstance(value, dict) and "error" in value), value
        return value

    def open(self, url):
        self.ask("POST", "/url", {"url": url})

    def run(self, script):
        """Runs a script; returns what it returns."""
        return self.ask("POST", "/execute/sync", {"script": script, "args": []})

    def command(self, name, **parameters):
        """A command of the DevTools protocol."""
        return self.ask("POST", "/goog/cdp/execute", {"cmd": name, "params": parameters})

    def log(self, kind):
        """What is new in a log: "browser" (messages of the page) or "performance" (DevTools' events)."""
        entries = self.ask("POST", "/se/log", {"type": kind})
        return entries if kind == "browser" else [json.loads(entry["message"])["message"] for entry in entries]

    def press(self, key):
        for kind in ("keyDown", "keyUp"):
            self.command("Input.dispatchKeyEvent", type=kind, key=key, code=key, **KEYS[key])

    def show_as(self, width, scheme="light"):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1,
                     mobile=width < 500)
        self.command("Emulation.setEmulatedMedia",
                     features=[{"name": "prefers-color-scheme", "value": scheme}])

    def close(self):
        self.ask("DELETE", "")
        self.process.end()
