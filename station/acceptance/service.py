"""The steps `service` and `watchdog`: what starts a hung station, and a hung board, again."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from typing import Final

from station.acceptance.outcome import Outcome, Shown
from station.acceptance.site import Site
from station.tap import Json

UNITS: Final = ("rollbook-station.service", "rollbook-sync.service")

_PERIODS: Final = 5
"""How many of the watchdog's periods a restart is waited for."""
_LOOK_S: Final = 0.5
_NS_IN_S: Final = 1_000_000_000
_US_IN_S: Final = 1_000_000
_KIB_IN_MIB: Final = 1_024
_ASKED: Final = "LoadState,ActiveState,MainPID,NRestarts,WatchdogUSec"
_DEVICE: Final = "dev/watchdog0"
_BOARD: Final = "sys/class/watchdog/watchdog0"


def watchdog(site: Site) -> Shown:
    """Tell whether the board's own watchdog is armed, by the kernel's word and by systemd's."""
    if not (site.root / _DEVICE).exists():
        return Shown(Outcome.ABSENT, "the kernel has no /dev/watchdog0: nothing restarts a board that hangs")
    told = _told(site.ask(["systemctl", "show", "-p", "RuntimeWatchdogUSec,WatchdogDevice"]))
    held, device = told.get("RuntimeWatchdogUSec", "unknown"), told.get("WatchdogDevice", "")
    # Not every kernel shows what its watchdog does; systemd then names the one it holds.
    state = site.read(f"{_BOARD}/state") or ("active" if device else "inactive")
    identity = site.read(f"{_BOARD}/identity") or device or "a watchdog"
    figures: dict[str, Json] = {
        "identity": identity,
        "state": state,
        "timeout_s": site.read(f"{_BOARD}/timeout"),
        "RuntimeWatchdogSec": held,
    }
    says = f"{identity} is {state}; systemd has RuntimeWatchdogSec={held}"
    if state != "active" or held in ("0", "unknown", "infinity"):
        todo = "see that /etc/systemd/system.conf.d/rollbook.conf is there, and restart the board"
        return Shown(Outcome.FAILED, says, figures, todo)
    return Shown(Outcome.WELL, says, figures)


def service(site: Site) -> Shown:
    """Start the service, hang it, see it started again, tell its memory, and stop it as it was."""
    unit = UNITS[0]
    if _properties(site, unit).get("LoadState") != "loaded":
        return Shown(Outcome.ABSENT, f"systemd does not know {unit} here")
    if not site.person.agrees(f"{unit} is started now, hung on purpose, and stopped again: a minute. Go on?"):
        return Shown(Outcome.LEFT_OUT, f"{unit} was not hung")
    try:
        code, text = site.ask(["systemctl", "start", unit])
        if code != 0:
            todo = f"journalctl -u {unit}"
            return Shown(Outcome.FAILED, f"{unit} does not start: {text.strip()}", todo=todo)
        return _hang(site, unit)
    finally:
        site.ask(["systemctl", "stop", unit])


def _hang(site: Site, unit: str) -> Shown:
    before = _properties(site, unit)
    pid, period_s = int(before.get("MainPID", "0")), _seconds(before.get("WatchdogUSec", ""))
    figures: dict[str, Json] = {
        "watchdog_s": period_s,
        "memory_mib": {name: _resident_mib(site, name) for name in UNITS},
    }
    if not pid or not period_s:
        return Shown(
            Outcome.FAILED,
            f"{unit} runs without WatchdogSec=",
            figures,
            "install the unit of the release anew",
        )
    began = site.elapsed_ns()
    os.kill(pid, signal.SIGSTOP)
    after = before
    while site.elapsed_ns() - began < _PERIODS * period_s * _NS_IN_S:
        site.wait(_LOOK_S)
        after = _properties(site, unit)
        if after.get("ActiveState") == "active" and int(after.get("MainPID", "0")) not in (0, pid):
            break
    else:
        os.kill(pid, signal.SIGCONT)
        says = f"{unit} hung and was not started again in {_PERIODS} periods of its watchdog"
        return Shown(Outcome.FAILED, says, figures, f"journalctl -u {unit}")
    taken_s = (site.elapsed_ns() - began) / _NS_IN_S
    figures["again_after_s"] = round(taken_s, 1)
    says = f"{unit} hung and was at work again after {taken_s:.0f} s (WatchdogSec={period_s:g})"
    return Shown(Outcome.WELL, says, figures)


def _properties(site: Site, unit: str) -> Mapping[str, str]:
    return _told(site.ask(["systemctl", "show", "-p", _ASKED, unit]))


def _told(answer: tuple[int, str]) -> Mapping[str, str]:
    """Return what `systemctl show` printed, name by name; nothing where there is no systemd."""
    code, text = answer
    lines = (line.partition("=") for line in text.splitlines()) if code == 0 else ()
    return {name: said for name, _, said in lines}


def _seconds(said: str) -> float:
    """Return a span as systemd prints it, such as `20s` or `1min 30s`, in seconds; 0 for none."""
    units = {"us": 1 / _US_IN_S, "ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0}
    total = 0.0
    for word in said.split():
        digits = word.rstrip("abcdefghijklmnopqrstuvwxyz")
        factor = units.get(word[len(digits) :])
        if factor is None or not digits.replace(".", "", 1).isdecimal():
            return 0.0
        total += float(digits) * factor
    return total


def _resident_mib(site: Site, unit: str) -> float | None:
    pid = _properties(site, unit).get("MainPID", "0")
    for line in site.read(f"proc/{pid}/status").splitlines():
        name, _, said = line.partition(":")
        if name == "VmRSS":
            return round(int(said.split()[0]) / _KIB_IN_MIB, 1)
    return None
