# SPDX-License-Identifier: GPL-2.0-or-later
"""Prometheus in a laboratory: it scrapes exporters, and evaluates the rules of dist/prometheus, all of
it faster than in service."""

import http.client
import json
import re
import socket
import urllib.parse

from tests.support.exporter import PORT, network_of
from tests.support.laboratory import NEVER_SECONDS, ROOT, wait_until

RULES = ROOT / "dist/prometheus/xbeat.rules.yml"
FASTER = 40
SECONDS = {"s": 1, "m": 60, "h": 3600}
SPAN = re.compile(r"(?<=for: )(\d+)([smh])$|(?<=\[)(\d+)([smh])(?=\])", re.M)
API_PORT = 9090


def faster(text, by=FASTER):
    """The rules with each "for" and each window divided by this. Rates are by second, and stay."""
    def shorten(match):
        number, unit = match[1] or match[3], match[2] or match[4]
        return f"{int(number) * SECONDS[unit] * 1000 // by}ms"
    return SPAN.sub(shorten, text)


def alert_expressions():
    """The PromQL of each rule."""
    return re.findall(r"^ +expr: (.*?)^ +(?:for|labels):", RULES.read_text(), re.M | re.S)


def of_nodes(lab):
    """All nodes, by the address of their first link, as targets."""
    return [(f"{lab.address(node)}:{PORT}", {"instance": node, "cluster": "lan"}) for node in lab.nodes]


class Prometheus:
    def __init__(self, lab, targets, by=FASTER, member="client"):
        """targets: those that are scraped, (address, labels)."""
        self.namespace = f"/run/netns/{lab.name}-{member}"
        lab.write("rules.yml", faster(RULES.read_text(), by))
        configuration = {
            "global": {"scrape_interval": f"{15000 // by}ms", "scrape_timeout": f"{15000 // by}ms",
                       "evaluation_interval": f"{15000 // by}ms"},
            "rule_files": [str(lab.path("rules.yml"))],
            "scrape_configs": [{"job_name": "xbeat", "static_configs": [
                {"targets": [address], "labels": labels} for address, labels in targets]}]}
        self.process = lab.spawn(
            member, "env", "GOMAXPROCS=1", "prometheus",
            f"--config.file={lab.write('prometheus.yml', json.dumps(configuration))}",
            f"--storage.tsdb.path={lab.path('prometheus')}", f"--web.listen-address=127.0.0.1:{API_PORT}",
            f"--query.lookback-delta={300000 // by}ms", "--log.level=warn")
        wait_until(self.ready, "Prometheus is ready")

    def get(self, path, **query):
        """Returns (status, text)."""
        with network_of(self.namespace):
            client = socket.create_connection(("127.0.0.1", API_PORT), timeout=NEVER_SECONDS)
        connection = http.client.HTTPConnection("localhost")
        connection.sock = client
        connection.request("GET", f"{path}?{urllib.parse.urlencode(query)}", headers={"Connection": "close"})
        with client, connection.getresponse() as answer:
            return answer.status, answer.read().decode()

    def ready(self):
        assert self.process.running(), self.process.output()
        try:
            return self.get("/-/ready")[0] == 200
        except ConnectionRefusedError:
            return False

    def ask(self, path, **query):
        """The data of an answer of its API."""
        status, text = self.get(f"/api/v1/{path}", **query)
        assert status == 200, text
        return json.loads(text)["data"]

    def query(self, expression):
        """The samples of an instant query: (labels, value)."""
        return [(sample["metric"], float(sample["value"][1]))
                for sample in self.ask("query", query=expression)["result"]]

    def firing(self):
        """Each alert as the API shows it."""
        return [alert for alert in self.ask("alerts")["alerts"] if alert["state"] == "firing"]

    def names(self):
        return {alert["labels"]["alertname"] for alert in self.firing()}

    def ever_fired(self):
        """The names of those that fired since the start."""
        return {labels["alertname"] for labels, _ in
                self.query('count by (alertname) (last_over_time(ALERTS{alertstate="firing"}[2h]))')}
