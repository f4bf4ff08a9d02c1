"""Read what a station tells of itself: known members within their bounds, and nothing else of it."""

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from sync_agent.orders import MOST_ORDERS, VERBS

Told: TypeAlias = dict[str, object]
"""What fits, by the names of docs/reference/sync-api.md."""

MOST_READERS: Final = 8
RESULTS: Final = frozenset({"begun", "done", "failed", "expired", "unknown"})
_MOST: Final = 10**12
_MOST_PPM: Final = 1_000_000
_TEXT: Final = re.compile(r"[ -~]{1,60}")
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,40}")
_ORDER: Final = re.compile(r"[0-9a-f]{16}")


def clean(health: Mapping[str, object]) -> Told:
    """Return what of a batch's health fits its shape; whatever does not is left out."""
    told: Told = {}
    for name, read in _MEMBERS.items():
        if name in health and (value := read(health[name])) is not None:
            told[name] = value
    return told


def whole(told: Mapping[str, object], name: str) -> int | None:
    """Return a whole number that was told, None where it was not."""
    value = told.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and _TEXT.fullmatch(value) else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _whole(least: int, most: int = _MOST) -> Callable[[object], int | None]:
    def read(value: object) -> int | None:
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        return value if least <= value <= most else None

    return read


def _rate(value: object) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return value if abs(value) <= _MOST_PPM else None


def _clock(value: object) -> Told | None:
    if not isinstance(value, dict):
        return None
    told: Told = {}
    for name, read in _OF_A_CLOCK.items():
        if (found := read(value.get(name))) is not None:
            told[name] = found
    return told


def _readers(value: object) -> Told | None:
    if not isinstance(value, dict) or len(value) > MOST_READERS:
        return None
    found: Told = {}
    for name, reader in value.items():
        if not _NAME.fullmatch(name):
            continue
        # A station of the first release tells the state alone.
        told = reader if isinstance(reader, dict) else {"state": reader}
        state, resets, fault = (told.get(each) for each in ("state", "resets", "fault"))
        if not isinstance(state, str) or not _NAME.fullmatch(state):
            continue
        kept: Told = {"state": state}
        if (times := _whole(0)(resets)) is not None:
            kept["resets"] = times
        if isinstance(fault, str) and _NAME.fullmatch(fault):
            kept["fault"] = fault
        found[name] = kept
    return found


def _orders(value: object) -> list[Told] | None:
    if not isinstance(value, list) or len(value) > MOST_ORDERS:
        return None
    return [each for each in value if _is_order(each)]


def _is_order(value: object) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"id", "verb", "result"}
        and all(isinstance(each, str) for each in value.values())
        and _ORDER.fullmatch(value["id"]) is not None
        and value["verb"] in VERBS
        and value["result"] in RESULTS
    )


_OF_A_CLOCK: Final[Mapping[str, Callable[[object], object]]] = {
    "synced": _flag,
    "error_ms": _whole(0),
    "rate_ppm": _rate,
    "off_ms": _whole(-_MOST),
}
_MEMBERS: Final[Mapping[str, Callable[[object], object]]] = {
    "practice": _flag,
    "agent": _text,
    "sw": _text,
    "given_up": _text,
    "python": _text,
    "os": _text,
    "kernel": _text,
    "model": _text,
    "panel": _text,
    "uptime_s": _whole(0),
    "disk_free_mb": _whole(0),
    "disk_mb": _whole(0),
    "flush_ms": _whole(0),
    "temp_c": _whole(-60, 200),
    "low_voltage": _flag,
    "low_voltage_since_boot": _flag,
    "throttled": _flag,
    "clock_refused": _flag,
    "clock": _clock,
    "readers": _readers,
    "waiting": _whole(0),
    "oldest_tap_s": _whole(0),
    "attempt": _whole(0),
    "inbox_refused": _whole(0),
    "orders": _orders,
}
