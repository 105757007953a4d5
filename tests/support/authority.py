# SPDX-License-Identifier: GPL-2.0-or-later
"""A certificate authority of openssl, for servers and clients of TLS in tests."""

import os
import subprocess

from tests.support.xbeatd import libfaketime


def openssl(*words, faked=None):
    clock = {"LD_PRELOAD": libfaketime(), "FAKETIME": faked} if faked else {}
    subprocess.run(["openssl", *words], check=True, env={**os.environ, **clock}, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


class Authority:
    def __init__(self, folder, name="authority"):
        self.folder = folder
        self.key, self.certificate = folder / f"{name}.key", folder / f"{name}.pem"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                "-subj", f"/CN={name}", "-keyout", self.key, "-out", self.certificate)

    def issue(self, name, alternatives, faked=None):
        """Returns (certificate, key) of a name, valid for 2 days from now, or from a faked time on."""
        key, request, certificate, extensions = (self.folder / f"{name}.{suffix}"
                                                 for suffix in ("key", "csr", "pem", "ext"))
        extensions.write_text(f"subjectAltName={alternatives}\n")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                "-keyout", key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial",
                "-days", "2", "-extfile", extensions, "-out", certificate, faked=faked)
        return certificate, key
