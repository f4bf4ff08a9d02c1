"""When each alert of a station holds: functions that return what the alert says in figures, or None."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final, TypeAlias

from central.work.fleet_facts import Facts
from central.work.stations import SILENT_AFTER

Figures: TypeAlias = Mapping[str, object]
"""What a sentence says in figures."""
Condition: TypeAlias = Callable[[Facts], Figures | None]
"""Returns the figures of an alert that holds, None where it does not."""

HOT_C: Final = 75
LEAST_FREE_MB: Final = 500
SLOW_FLUSH_MS: Final = 2_000
MOST_OFF_MS: Final = 5_000
MOST_RATE_PPM: Final = 200
MOST_WAITING: Final = 1_000
LONGEST_WAIT_S: Final = 3_600
MOST_RESETS: Final = 10
MOST_BOOTS: Final = 4
OLD_KEY: Final = timedelta(days=400)
UNTOLD_AFTER: Final = timedelta(hours=1)


def _never(facts: Facts) -> Figures | None:
    return {} if facts.contact is None else None


def _silent(facts: Facts) -> Figures | None:
    contact = facts.contact
    if contact is None or facts.now - contact.at <= SILENT_AFTER:
        return None
    return {"minutes": int((facts.now - contact.at).total_seconds() // 60)}


def _untold(facts: Facts) -> Figures | None:
    if facts.contact is None or _silent(facts) is not None:
        return None
    told_at = facts.told_at
    return {} if told_at is None or facts.contact.at - told_at > UNTOLD_AFTER else None


def _doubt(facts: Facts) -> Figures | None:
    return {} if facts.is_doubted else None


def _stopped(facts: Facts) -> Figures | None:
    return {} if facts.told.get("readers") == {} else None


def _reader_down(facts: Facts) -> Figures | None:
    for name, reader in sorted(facts.readers.items()):
        if reader.get("state") == "down":
            return {"reader": name, "fault": reader.get("fault", "no word why")}
    return None


def _at_least(read: Callable[[Facts], float | None], least: float, name: str) -> Condition:
    """Return the condition that a figure is at least so much; what was not told is no alert."""

    def when(facts: Facts) -> Figures | None:
        value = read(facts)
        return {name: value} if value is not None and value >= least else None

    return when


def _full(facts: Facts) -> Figures | None:
    free = facts.number("disk_free_mb")
    return {"mb": free} if free is not None and free < LEAST_FREE_MB else None


def _says(name: str) -> Condition:
    return lambda facts: {} if facts.says(name) else None


def _was_low(facts: Facts) -> Figures | None:
    return {} if facts.says("low_voltage_since_boot") and not facts.says("low_voltage") else None


def _unsynced(facts: Facts) -> Figures | None:
    return {} if facts.clock.get("synced") is False else None


def _off(facts: Facts) -> Figures | None:
    off_ms = facts.clock_off_ms
    return {"seconds": round(off_ms / 1000)} if off_ms is not None and abs(off_ms) >= MOST_OFF_MS else None


def _drifts(facts: Facts) -> Figures | None:
    rate = facts.rate_ppm
    return {"ppm": rate} if rate is not None and abs(rate) >= MOST_RATE_PPM else None


def _backlog(facts: Facts) -> Figures | None:
    waiting, oldest_s = facts.number("waiting") or 0, facts.number("oldest_tap_s") or 0
    if waiting < MOST_WAITING and oldest_s < LONGEST_WAIT_S:
        return None
    return {"entries": waiting, "minutes": oldest_s // 60}


def _behind(facts: Facts) -> Figures | None:
    runs = facts.text("sw")
    return {"runs": runs, "wanted": facts.wanted} if facts.wanted and runs and runs != facts.wanted else None


def _old_key(facts: Facts) -> Figures | None:
    since = facts.key_since_at
    return {"days": (facts.now - since).days} if since is not None and facts.now - since >= OLD_KEY else None


def _practice(facts: Facts) -> Figures | None:
    return {} if facts.says("practice") and not facts.station.school.is_practice else None


def _order(facts: Facts) -> Figures | None:
    order = facts.order
    if order is None or order.result == "done":
        return None
    if order.result in {"", "begun"} and order.until_at > facts.now:
        return None
    return {"verb": order.verb, "result": order.result or "not heard of"}


CONDITIONS: Final[Mapping[str, Condition]] = {
    "station-stopped": _stopped,
    "reader-down": _reader_down,
    "taps-lost": lambda facts: {"times": facts.losses} if facts.losses else None,
    "in-doubt": _doubt,
    "key-refused": lambda facts: {"times": facts.refused_keys} if facts.refused_keys else None,
    "files-refused": _at_least(lambda facts: facts.number("inbox_refused"), 1, "files"),
    "low-voltage": _says("low_voltage"),
    "never-heard": _never,
    "silent": _silent,
    "tells-nothing": _untold,
    "disk-full": _full,
    "disk-slow": _at_least(lambda facts: facts.number("flush_ms"), SLOW_FLUSH_MS, "ms"),
    "salvaged": lambda facts: {} if facts.salvages else None,
    "hot": _at_least(lambda facts: facts.number("temp_c"), HOT_C, "degrees"),
    "was-low-voltage": _was_low,
    "clock-refused": _says("clock_refused"),
    "clock-unsynced": _unsynced,
    "clock-off": _off,
    "clock-drifts": _drifts,
    "backlog": _backlog,
    "reader-resets": _at_least(lambda facts: facts.resets, MOST_RESETS, "times"),
    "keeps-restarting": _at_least(lambda facts: facts.boots, MOST_BOOTS, "times"),
    "behind-release": _behind,
    "old-key": _old_key,
    "order-undone": _order,
    "practice": _practice,
}
"""When each alert holds, in the order in which they are told."""
