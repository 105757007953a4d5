# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeatctl import of the probes of Kubernetes' Pods and Deployments as vrrp_check blocks."""

import json
import re
import subprocess

import pytest

from tests.support.laboratory import BUILD

CTL = str(BUILD / "xbeatctl")
DEPLOYMENT = """
apiVersion: v1
kind: Service
metadata: {name: web}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
      - name: nginx
        ports:
        - {name: http, containerPort: 8080}
        readinessProbe:
          httpGet:
            path: /ready
            port: http
            scheme: HTTPS
            httpHeaders:
            - {name: Host, value: www.example}
            - {name: X-Probe, value: a b}
          initialDelaySeconds: 7
          periodSeconds: 5
          timeoutSeconds: 2
          successThreshold: 4
          failureThreshold: 6
        livenessProbe:
          tcpSocket: {port: 8080, host: 10.0.0.3}
          terminationGracePeriodSeconds: 60
        startupProbe:
          httpGet: {path: /ready, port: http}
          failureThreshold: 30
          periodSeconds: 11
      - name: rpc
        livenessProbe:
          grpc: {port: 9000, service: health}
        readinessProbe:
          exec: {command: [cat, "/tmp/a b"]}
"""
INSTANCE = """
vrrp_instance VI_1 {{
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {{
        10.0.0.100
    }}
    track_check {{
{tracks}
    }}
}}
"""
POD = """
kind: Pod
metadata: {name: one}
spec:
  hostNetwork: true
  containers:
  - name: app
    readinessProbe:
      %s
"""


def run(tmp_path, text, *options):
    path = tmp_path / "pod.yaml"
    path.write_text(text)
    done = subprocess.run([CTL, "import", "-j", path, *options], capture_output=True, text=True)
    result = json.loads(done.stdout)
    assert done.returncode == int(bool(result["errors"])), done.stderr
    assert result["from"] == "kubernetes"
    if not result["errors"] and result["checks"]:
        accepted_by_xbeatd(tmp_path, result["blocks"])
    return result


def accepted_by_xbeatd(tmp_path, blocks):
    names = " ".join(dict.fromkeys(re.findall(r"^vrrp_check (\S+)", blocks, re.MULTILINE))).split()
    tracks = "\n".join(f"        {name}" for name in names)
    path = tmp_path / "converted.conf"
    path.write_text(blocks + INSTANCE.format(tracks=tracks))
    done = subprocess.run([CTL, "check", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def checks_of(result):
    """The lines of each vrrp_check by its name."""
    found = re.findall(r"^vrrp_check (\S+) {\n(.*?)^}$", result["blocks"], re.MULTILINE | re.DOTALL)
    return {name: [" ".join(line.split()) for line in text.splitlines()] for name, text in found}


def lost(result):
    return "\n".join(entry["text"] for entry in result["lost"])


def test_probes_of_a_deployment(tmp_path):
    result = run(tmp_path, DEPLOYMENT)
    checks = checks_of(result)
    assert set(checks) == {"web-nginx-readiness", "web-nginx-liveness", "web-rpc-readiness", "web-rpc-liveness"}
    ready = checks["web-nginx-readiness"]
    for line in ("https {", "connect_port 8080", "virtualhost www.example", 'header "X-Probe: a b"', 'header "Accept: */*"',
                 "path /ready", "status_code 200-399", "follow_redirects", "period 5", "timeout 2", "success_threshold 4",
                 "failure_threshold 6"):
        assert line in ready, line
    assert "verify" not in ready, "Kubernetes verifies no certificate"
    live = checks["web-nginx-liveness"]
    assert live[:4] == ["tcp {", "connect_ip 10.0.0.3", "connect_port 8080", "}"]
    for times in (ready, live):
        startup = times[times.index("startup {"):]
        assert startup[1:3] == ["failures 30", "interval 11"] and "initial_delay 0" in times, "it waits for the startup probe"
    assert "grpc {" in checks["web-rpc-liveness"] and "service health" in checks["web-rpc-liveness"]
    assert checks["web-rpc-readiness"][:3] == ["exec {", "misc_path \"cat '/tmp/a b'\"", "}"]
    assert "startup {" not in checks["web-rpc-readiness"]


def test_defaults_are_those_of_kubernetes(tmp_path):
    times = checks_of(run(tmp_path, POD % "tcpSocket: {port: 80}"))["one-app-readiness"]
    assert times[-5:] == ["initial_delay 0", "period 10", "timeout 1", "success_threshold 1", "failure_threshold 3"]


def test_all_arguments_of_a_program(tmp_path):
    arguments = [f"a{number}" for number in range(80)]
    result = run(tmp_path, POD % f"exec: {{command: [/bin/true, {', '.join(arguments)}]}}")
    assert checks_of(result)["one-app-readiness"][1] == f'misc_path "/bin/true {" ".join(arguments)}"'


def test_what_is_lost_is_named_with_its_line(tmp_path):
    result = run(tmp_path, DEPLOYMENT)
    for text in ("Service web has no probes", "terminationGracePeriodSeconds", "startupProbe", "exec", "127.0.0.1 is probed"):
        assert text in lost(result) and text in result["blocks"], text
    grace = next(entry for entry in result["lost"] if "terminationGrace" in entry["text"])
    assert "tcpSocket" in DEPLOYMENT.splitlines()[grace["lines"][0] - 1]


def test_address_of_what_is_probed(tmp_path):
    result = run(tmp_path, DEPLOYMENT, "--address", "10.0.0.7")
    assert "connect_ip 10.0.0.7" in checks_of(result)["web-nginx-readiness"] and "127.0.0.1" not in lost(result)
    assert "127.0.0.1" not in lost(run(tmp_path, POD % "tcpSocket: {port: 80}")), "of the machine's network"


@pytest.mark.parametrize("kind,path", [
    ("StatefulSet", ["spec", "template"]), ("DaemonSet", ["spec", "template"]), ("Job", ["spec", "template"]),
    ("CronJob", ["spec", "jobTemplate", "spec", "template"]), ("Pod", []),
])
def test_kinds_of_objects_and_json(tmp_path, kind, path):
    value = {"spec": {"containers": [{"name": "app", "readinessProbe": {"tcpSocket": {"port": 80}}}]}}
    for name in reversed(path):
        value = {name: value}
    item = {"kind": kind, "metadata": {"name": "one"}, **value}
    for text in (json.dumps(item, indent=1), json.dumps({"kind": "List", "items": [item, item]}, indent=1)):
        result = run(tmp_path, text)
        assert set(checks_of(result)) == {"one-app-readiness"} and result["checks"] == 1
    assert "of this name already" in lost(result)


@pytest.mark.parametrize("text,line", [
    (POD % "tcpSocket: {port: web}", 9), (POD % "httpGet: {path: /}", 9), (POD % "exec: {}", 9),
    ("kind: Pod\nmetadata: [\n", 3), ("kind: Pod\n\tspec: x\n", 2), ("kind: &a\n- *b\n", 2),
])
def test_broken_files_are_refused_with_the_line(tmp_path, text, line):
    assert [error["line"] for error in run(tmp_path, text)["errors"]] == [line]


@pytest.mark.parametrize("text", [
    "kind: Pod\n", "kind: Pod\nspec: 3\n", "kind: Pod\nspec: {containers: x}\n", "kind: [Pod]\n", "kind: Pod\n---\n---\n...\n",
    POD % "{}", POD % "periodSeconds: x\n      tcpSocket: {port: 1}", "kind: &a Pod\nspec: &b {containers: &c [{startupProbe: *a}]}\n",
])
def test_odd_files_have_notes(tmp_path, text):
    result = run(tmp_path, text)
    assert result["errors"] == [] and result["lost"], result
