# SPDX-License-Identifier: GPL-2.0-or-later
"""nginx with a configuration of the test's, in the network namespace of the thread that starts it."""

import contextlib
import socket
import subprocess

from tests.support.laboratory import NEVER_SECONDS, wait_until

CONFIGURATION = """
daemon off;
user root;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 512; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {servers}
}}
"""


@contextlib.contextmanager
def nginx(folder, servers, port, address="127.0.0.1"):
    """servers: blocks of its configuration, one of which listens on the port."""
    configuration = folder / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, servers=servers))
    with open(folder / "nginx.log", "w") as log:
        process = subprocess.Popen(["nginx", "-p", folder, "-e", "stderr", "-c", configuration], stderr=log)
    try:
        wait_until(lambda: listens(address, port, process, folder), "nginx listens")
        yield process
    finally:
        process.terminate()
        process.wait(NEVER_SECONDS)


def listens(address, port, process, folder):
    assert process.poll() is None, (folder / "nginx.log").read_text()
    with contextlib.suppress(ConnectionRefusedError):
        socket.create_connection((address, port), timeout=NEVER_SECONDS).close()
        return True
    return False
