# SPDX-License-Identifier: GPL-2.0-or-later
"""Who may read: users and passwords, TLS, files that change while the exporter runs."""

import base64
import os
import ssl
import subprocess

import pytest

from tests.support.exporter import Exporter, read_all
from tests.support.laboratory import wait_until

pytestmark = pytest.mark.laboratory(nodes=1)

REQUEST = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{}\r\n"
NOT_ACCEPTED = {
    "md5": "-m", "sha1": "-s", "des": "-d",
}


def htpasswd(name, password, *options):
    return subprocess.run(["htpasswd", "-nb", *(options or ("-B",)), name, password], check=True, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.strip() + "\n"


def authorization(name, password):
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def certificate(lab, name):
    """Returns the paths of a certificate for localhost and of its key."""
    paths = lab.path(f"{name}.crt"), lab.path(f"{name}.key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-subj", f"/CN={name}", "-addext", "subjectAltName=DNS:localhost", "-out", paths[0],
                    "-keyout", paths[1]], check=True, stderr=subprocess.DEVNULL)
    return paths


def get_encrypted(exporter, trusted, request=REQUEST.format("")):
    context = ssl.create_default_context(cafile=trusted)
    with context.wrap_socket(exporter.connect(), server_hostname="localhost") as client:
        client.sendall(request.encode())
        return read_all(client).decode()


@pytest.fixture
def users(lab):
    return lab.write("users", "# who may read\n\n" + htpasswd("prometheus", "right: pass") + htpasswd("two", "2"))


def test_users_and_passwords(lab, users):
    exporter = Exporter(lab, "node-a", "--users", users)
    assert exporter.get("/healthz")[0] == 200
    status, headers, _ = exporter.get("/metrics")
    assert status == 401 and headers["WWW-Authenticate"].startswith("Basic ")
    assert exporter.get("/nothing")[0] == 401
    wrong = [authorization("prometheus", "wrong"), authorization("nobody", "right: pass"), "Basic", "Basic !!!",
             "Bearer abc", "Basic " + base64.b64encode(b"nocolon").decode(), "Basic " + 500 * "QUFB"]
    assert all(exporter.get("/metrics", Authorization=header)[0] == 401 for header in wrong)
    right = authorization("prometheus", "right: pass")
    assert exporter.get("/metrics", Authorization=right)[0] == 200
    assert exporter.get("/nothing", Authorization=right)[0] == 404
    assert exporter.get("/metrics", Authorization=authorization("two", "2"))[0] == 200
    text = exporter.get("/metrics", Authorization=right)[2]
    assert f'refused_total{{reason="credentials"}} {len(wrong) + 2}' in text


def test_guessing_is_limited_but_who_was_accepted_is_not(lab, users):
    exporter = Exporter(lab, "node-a", "--users", users)
    right = authorization("prometheus", "right: pass")
    assert exporter.get("/metrics", Authorization=right)[0] == 200
    answers = [exporter.get("/metrics", Authorization=authorization("prometheus", str(guess)))[0] for guess in range(40)]
    assert set(answers) == {401, 429} and answers.count(401) < 20
    assert exporter.get("/metrics", Authorization=right)[0] == 200


def test_who_guesses_does_not_keep_others_out(lab, users):
    """Another user is accepted for the first time meanwhile."""
    exporter = Exporter(lab, "node-a", "--users", users, "--listen", "0.0.0.0:9694")
    for guess in range(30):
        exporter.get("/metrics", Authorization=authorization("prometheus", str(guess)))
    assert exporter.get("/metrics", Authorization=authorization("two", "2"))[0] == 429
    with exporter.connect(lab.address("node-a")) as client:
        client.sendall(REQUEST.format(f"Authorization: {authorization('two', '2')}\r\n").encode())
        assert read_all(client).startswith(b"HTTP/1.1 200 ")


def test_users_change(lab, users):
    exporter = Exporter(lab, "node-a", "--users", users)
    new = authorization("new", "n")
    assert exporter.get("/metrics", Authorization=new)[0] == 401
    lab.write("users", htpasswd("new", "n"))
    wait_until(lambda: exporter.get("/metrics", Authorization=new)[0] == 200, "the new user is accepted")
    assert exporter.get("/metrics", Authorization=authorization("two", "2"))[0] != 200
    lab.write("users", "broken\n")
    wait_until(lambda: exporter.get("/healthz") and exporter.get("/metrics") and
               "users:1: not NAME:HASH" in exporter.process.output(), "the broken file is reported")
    assert exporter.get("/metrics", Authorization=new)[0] == 200


@pytest.mark.parametrize("option", NOT_ACCEPTED.values(), ids=NOT_ACCEPTED)
def test_obsolete_hashes_are_refused(lab, option):
    users = lab.write("users", htpasswd("a", "b", option))
    process = lab.spawn("node-a", *Exporter.argv(lab, "node-a", "--users", users))
    assert process.wait() == 1
    assert "users:1: no hash, or one that is quickly guessed; use bcrypt: htpasswd -B" in process.output()


def test_tls(lab, users):
    (first, key), (second, second_key) = certificate(lab, "first"), certificate(lab, "second")
    exporter = Exporter(lab, "node-a", "--certificate", first, "--key", key, "--users", users)
    header = f"Authorization: {authorization('two', '2')}\r\n"
    assert get_encrypted(exporter, first, REQUEST.format(header)).startswith("HTTP/1.1 200 OK")
    assert get_encrypted(exporter, first).startswith("HTTP/1.1 401 ")
    assert exporter.send(REQUEST.format("").encode()) == b""
    with pytest.raises(ssl.SSLCertVerificationError):
        get_encrypted(exporter, second)
    first.write_bytes(second.read_bytes())
    key.write_bytes(second_key.read_bytes())
    exporter.process.send_signal(1)
    wait_until(lambda: answers(exporter, second), "the new certificate is in use")


def test_files_become_useless(lab, users):
    """It goes on with those from before, and does not wait."""
    path, key = certificate(lab, "first")
    locked = lab.path("locked.key")
    subprocess.run(["openssl", "ec", "-in", key, "-aes128", "-passout", "pass:secret", "-out", locked], check=True,
                   stderr=subprocess.DEVNULL)
    os.mkfifo(lab.path("input"))
    # OpenSSL would ask for the passphrase, and wait for it here.
    exporter = Exporter(lab, "node-a", "--certificate", path, "--key", key, "--users", users,
                        before=("sh", "-c", 'exec "$0" "$@" <> ' + str(lab.path("input"))))
    for file, spoil, message in (
            (key, lambda: key.write_bytes(locked.read_bytes()), f"cannot use {key}: "),
            (key, lambda: (key.unlink(), os.mkfifo(key)), f"cannot read {key}: it is not a regular file"),
            (users, lambda: (users.unlink(), os.mkfifo(users)), f"cannot read {users}: it is not a regular file")):
        spoil()
        wait_until(lambda: get_encrypted(exporter, path).startswith("HTTP/1.1 401 ")
                   and message in exporter.process.output(), message)


def answers(exporter, trusted):
    try:
        return get_encrypted(exporter, trusted).startswith("HTTP/1.1 401 ")
    except ssl.SSLCertVerificationError:
        return False


def test_what_cannot_be_used(lab, users):
    paths = certificate(lab, "first")
    writable = lab.write("writable", users.read_text())
    writable.chmod(0o666)
    for options, message in ((("--users", "/nonexistent"), "cannot read /nonexistent: No such file"),
                             (("--certificate", users, "--key", paths[1]), f"cannot use {users}: "),
                             (("--certificate", paths[0], "--key", certificate(lab, "other")[1]),
                              "key values mismatch; it must be the PEM private key of the certificate"),
                             (("--listen", "10.99.99.99:9694"), "no interface has this address"),
                             (("--users", writable), f"{writable} is not used: every user of this machine can change it "
                                                     f"(mode 0666); run chmod o-w {writable}")):
        process = lab.spawn("node-a", *Exporter.argv(lab, "node-a", *options))
        assert process.wait() == 1
        assert message in process.output()


def test_a_socket_whose_path_is_too_long(lab):
    """It would never answer."""
    process = lab.spawn("node-a", *Exporter.argv(lab, "node-a", "--socket", "/" + 108 * "x"))
    assert process.wait() == 2
    assert "has 109 characters; use at most 107" in process.output()


def test_a_warning_where_others_can_read(lab, users):
    everywhere = "--listen", "0.0.0.0:9694"
    exporter = Exporter(lab, "node-a", *everywhere)
    assert "whoever reaches 0.0.0.0:9694 can read all" in exporter.process.output()
    exporter.stop()
    exporter = Exporter(lab, "node-a", *everywhere, "--users", users)
    assert "passwords go to 0.0.0.0:9694 in clear text" in exporter.process.output()
    assert exporter.connect(lab.address("node-a"))
