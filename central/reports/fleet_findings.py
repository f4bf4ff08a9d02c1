"""What of the stations asks for somebody, each with what to do."""

from collections.abc import Callable, Iterator
from typing import Final

from central.domain.finding import Finding, Severity
from central.reports.fleet_year import FleetReport, StationYear

_RULE: Final = "R-REC-01"
_CITES: Final = "EC 47612.5(a)(2)"
_CLOCK_RULE: Final = "R-REC-06"
_SHOWN: Final = 8
_ABOUT: Final[tuple[tuple[str, str, Callable[[StationYear], int], str, str], ...]] = (
    (
        _RULE,
        "never heard of while in use",
        lambda each: int(each.heard_at is None and each.days_in_use > 0),
        "see that the station has power and a network, or bring its stick: rollbook-central import-usb",
        "station",
    ),
    (
        _RULE,
        "in doubt: two histories came in under its key, and its taps wait",
        lambda each: each.doubts,
        "find out which is the true one, then rollbook-central clear-station",
        "doubt",
    ),
    (
        _RULE,
        "entries missing that nobody has explained",
        lambda each: each.gaps_unexplained,
        "look at each and say why: rollbook-central gaps",
        "gap",
    ),
    (
        _RULE,
        "school days without a certificate",
        lambda each: each.days_uncertified,
        "have the days that are over certified: rollbook-central certificates",
        "day",
    ),
    (
        _CLOCK_RULE,
        "taps without a date: their time cannot be proven",
        lambda each: each.undated,
        "decide each on the page of times, or with rollbook-central decide-time",
        "tap",
    ),
    (
        _RULE,
        "taps that wait for a person",
        lambda each: each.waiting,
        "go through the exceptions; each leads to where it is settled",
        "tap",
    ),
    (
        _RULE,
        "reported faults nobody has solved",
        lambda each: each.faults_open,
        "take each on: rollbook-central fault",
        "fault",
    ),
)


def find(made: FleetReport) -> Iterator[Finding]:
    """Yield each kind of thing open once, with the stations it is open at."""
    for rule, says, count, remedy, what in _ABOUT:
        at = [each.code for each in made.stations if count(each)]
        if at:
            total = sum(count(each) for each in made.stations)
            more = f" and {len(at) - _SHOWN} more" if len(at) > _SHOWN else ""
            yield Finding(
                rule,
                _CITES,
                f"{', '.join(at[:_SHOWN])}{more}",
                None,
                f"{says} ({total} {what if total == 1 else f'{what}s'})",
                remedy,
                Severity.WARNING,
            )
    if made.unread:
        yield Finding(
            _RULE,
            _CITES,
            f"{made.unread} batches",
            None,
            "received from stations and not read into the records yet; the counts here lack them",
            "wait a minute and make the report again; if it stays, rollbook-central check",
            Severity.WARNING,
        )
