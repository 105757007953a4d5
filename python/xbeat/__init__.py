# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""An application proves its own progress to xbeatd: libxbeat(3) for Python, without a compiler.

    import xbeat

    with xbeat.App("web") as app:           # vrrp_app web, in xbeatd's configuration
        while serve_one_request():
            app.beat()

Beat where the work is done, at least twice per timeout; not from a timer or a thread of its own,
which would continue to beat in an application that hangs.
"""

import ctypes
import errno
import os
import threading
import time

__all__ = ["App"]

_LIBRARY = "libxbeat.so.0"
_REOPEN_S = 1.0

_MEANINGS = {
    "ECONNREFUSED": "no xbeatd with a vrrp_app is listening there; start it, or name the daemon",
    "ENOENT": "xbeatd's configuration has no vrrp_app of this name",
    "EPERM": "this user may not open it; set user in the vrrp_app",
    "EINVAL": "not a valid daemon name or application name",
    "ETIMEDOUT": "xbeatd does not answer",
    "EPROTO": "xbeatd and libxbeat have different versions",
}


def _declare(library):
    library.xbeat_app_open.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_int)]
    library.xbeat_app_open.restype = ctypes.c_void_p
    library.xbeat_app_beat.argtypes = [ctypes.c_void_p]
    library.xbeat_app_beat.restype = ctypes.c_int
    library.xbeat_app_timeout_ns.argtypes = [ctypes.c_void_p]
    library.xbeat_app_timeout_ns.restype = ctypes.c_uint64
    library.xbeat_app_close.argtypes = [ctypes.c_void_p]
    library.xbeat_app_close.restype = None
    return library


# An open may wait for xbeatd, so it lets other threads run. The other calls do not: no thread can
# close a page while another one beats into it.
_waits = _declare(ctypes.CDLL(_LIBRARY))
_quick = _declare(ctypes.PyDLL(_LIBRARY))


def _error(number: int, name: str) -> OSError:
    meaning = _MEANINGS.get(errno.errorcode.get(number, ""), os.strerror(number))
    return OSError(number, f"cannot open application {name}: {meaning}")


class App:
    """An application of xbeatd's configuration (vrrp_app).

    name: that of the vrrp_app. daemon: the daemon name of xbeatd, its option -i; None: "default".
    Raises OSError with the errno of xbeat_app_open(3): ConnectionRefusedError, FileNotFoundError,
    PermissionError, TimeoutError or another one. May block for up to 5 s.
    """

    def __init__(self, name: str, daemon: "str | None" = None) -> None:
        self._name = name
        self._daemon = daemon
        self._lock = threading.Lock()
        self._closed = False
        self._tried_s = time.monotonic()
        self._page: "int | None" = None
        self._page = self._open()

    def _open(self) -> int:
        error = ctypes.c_int(0)
        page = _waits.xbeat_app_open(self._daemon.encode() if self._daemon is not None else None,
                                     self._name.encode(), ctypes.byref(error))
        if not page:
            raise _error(-error.value, self._name)
        return page

    def beat(self) -> bool:
        """Reports that the application makes progress now.

        Returns True if xbeatd reads it. After xbeatd was stopped, or no longer has the application,
        it returns False; the page is then opened again, at most once a second, so a program can
        ignore the result. Raises ValueError after close().
        """
        if self._closed:
            raise ValueError(f"application {self._name} is closed")
        if _quick.xbeat_app_beat(self._page) == 0:
            return True
        return self._reopen() and _quick.xbeat_app_beat(self._page) == 0

    def _reopen(self) -> bool:
        """Returns whether there is a page that may be read. One thread tries, others go on."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            now_s = time.monotonic()
            if self._closed or now_s - self._tried_s < _REOPEN_S:
                return False
            self._tried_s = now_s
            try:
                page = self._open()
            except OSError:
                return False
            self._replace(page)
            return True
        finally:
            self._lock.release()

    def _replace(self, page: "int | None") -> None:
        before, self._page = self._page, page
        _quick.xbeat_app_close(before)

    @property
    def timeout(self) -> float:
        """The age in seconds at which a beat makes the application late, as it was when it was
        opened."""
        return _quick.xbeat_app_timeout_ns(self._page) / 1e9

    def close(self) -> None:
        """Releases the page; the application is late when its timeout has passed."""
        with self._lock:
            self._closed = True
            self._replace(None)

    def __enter__(self) -> "App":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_page", None):
            _quick.xbeat_app_close(self._page)
            self._page = None
