"""Published: what the kernel says about its wall clock: synchronised or not, and how wrong at most."""

from __future__ import annotations

import ctypes
import os
from typing import ClassVar, Final

from station.sync_stamp import SyncStamp

_STA_UNSYNC: Final = 0x0040
_TIME_ERROR: Final = 5
_US_IN_MS: Final = 1_000
_PPM: Final = 1 << 16


class _Timeval(ctypes.Structure):
    _fields_: ClassVar = [("tv_sec", ctypes.c_long), ("tv_usec", ctypes.c_long)]


class _Timex(ctypes.Structure):
    """`struct timex` of adjtimex(2); only `freq`, `maxerror` and `status` are read."""

    _fields_: ClassVar = [
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("constant", ctypes.c_long),
        ("precision", ctypes.c_long),
        ("tolerance", ctypes.c_long),
        ("time", _Timeval),
        ("tick", ctypes.c_long),
        ("reserve", ctypes.c_long * 8),
        ("tail", ctypes.c_int * 12),
    ]


class KernelTime:
    """Asks adjtimex(2), which sets nothing; where a sandbox forbids that, timesyncd's mark answers."""

    def __init__(self, stamp: SyncStamp | None = None) -> None:
        self._adjtimex = getattr(ctypes.CDLL(None, use_errno=True), "adjtimex", None)
        self._stamp = stamp or SyncStamp()

    def quality(self) -> tuple[bool, int]:
        """Return `(is synchronised, error in ms)`; a clock nobody vouches for is not synchronised."""
        state, timex = self._ask()
        if state < 0:
            return self._stamp.quality()
        is_synchronised = state < _TIME_ERROR and not timex.status & _STA_UNSYNC
        return is_synchronised, timex.maxerror // _US_IN_MS

    def rate_ppm(self) -> float | None:
        """Return by how many millionths the kernel corrects its clock's rate, None where it will not say."""
        state, timex = self._ask()
        return None if state < 0 else timex.freq / _PPM

    def refusal(self) -> str | None:
        """Return why nobody tells how good the clock is, None when the kernel or timesyncd does.

        A sandbox that forbids the question would otherwise look like a clock that is never set.
        """
        state, _ = self._ask()
        if state >= 0 or self._stamp.is_kept():
            return None
        return "not known here" if self._adjtimex is None else os.strerror(ctypes.get_errno())

    def _ask(self) -> tuple[int, _Timex]:
        timex = _Timex(modes=0)
        return (-1 if self._adjtimex is None else self._adjtimex(ctypes.byref(timex))), timex
