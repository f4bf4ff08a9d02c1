"""Published: the stations' year as papers: one line a station, totals, and the days that are open."""

from typing import Final

from central.exchange.workbook import Cell
from central.reports.board_papers import Papers, Printed
from central.reports.fleet_year import QUALITIES, FleetReport, StationYear
from central.reports.paper_parts import clock, head, share

_TAPS: Final = (
    "A tap's time is known to 2 seconds (T1), to a minute (T2), inside one bell period (P) or one day (D). "
    "R spans days and X contradicts itself: a person decides those. No date yet: the tap is kept, and is of "
    "no day until somebody has decided."
)
_LIFE: Final = (
    "Days are school days while the station was in use. Alive: central holds entries of that day. Closed: "
    "the day's signed certificate says nothing of it is missing or undecided. Silences are stretches "
    "between the bells without an entry."
)
_WAITING: Final = (
    "What a station has recorded and not sent is not known here; until it is heard of again, taps of a day "
    "that is not closed may still come in."
)
_MOST_PRINTED: Final = 400


def papers(report: FleetReport) -> Papers:
    """Return the papers."""
    return Papers(
        title="The stations at a glance",
        lines=[*head(report.of), _LIFE, _WAITING],
        tables=[_life(report), _clocks(report), _trouble(report), _days(report)],
        signers=("IT",),
    )


def _life(report: FleetReport) -> Printed:
    rows: list[list[Cell]] = [
        [
            *(each.code, each.room, each.since, each.retired_on, clock(each.heard_at, report.of)),
            *_counts(each),
        ]
        for each in report.stations
    ]
    if report.stations:
        sums = map(sum, zip(*map(_counts, report.stations), strict=True))
        rows.append(["all", "", None, None, "", *sums])
    heads = (
        *("Station", "Room", "In use since", "Retired", "Last heard of"),
        *("Days", "Alive", "Closed", "Not certified", "Silences"),
    )
    return Printed("Life of each station", heads, rows, short="Life")


def _clocks(report: FleetReport) -> Printed:
    rows: list[list[Cell]] = [
        [each.code, each.total, *(each.taps.get(name, 0) for name in QUALITIES), each.undated]
        for each in report.stations
    ]
    every = report.taps
    total = every.total()
    rows.append(["all", total, *(every[name] for name in QUALITIES), sum(e.undated for e in report.stations)])
    if total:
        rows.append(["share of all (%)", None, *(share(every[name], total) for name in QUALITIES), None])
    return Printed(
        "Taps, by how well their time is known",
        ("Station", "Taps", *QUALITIES, "No date yet"),
        rows,
        says=[_TAPS],
        short="Taps",
    )


def _trouble(report: FleetReport) -> Printed:
    rows: list[list[Cell]] = [
        [
            *(each.code, each.gaps, each.gaps_unexplained, each.missing, each.doubts, each.aside),
            *(each.waiting, each.outages, each.faults_open, each.faults_solved),
        ]
        for each in report.stations
    ]
    elsewhere = report.faults_elsewhere
    rows.append(
        [
            *("school, or no station", None, None, None, None, None, None, report.outages_of_school),
            *(elsewhere.get("open", 0), elsewhere.get("solved", 0)),
        ]
    )
    heads = (
        *("Station", "Gaps reported", "Unexplained", "Entries missing", "In doubt", "Messages set aside"),
        *("Taps waiting", "Outages", "Faults open", "Faults solved"),
    )
    return Printed("Gaps, doubts, outages and faults", heads, rows, short="Trouble")


def _days(report: FleetReport) -> Printed:
    rows: list[list[Cell]] = [
        [
            *(each.code, each.on, each.state, each.entries, each.taps, each.alive_minutes, each.silences),
            " ".join(each.why),
        ]
        for each in report.days
    ]
    heads = ("Station", "Date", "Certificate", "Entries", "Taps", "Alive (min)", "Silences", "What is open")
    title = "School days that are not closed, or with a silence"
    return Printed(title, heads, rows, short="Days open", in_print=len(rows) <= _MOST_PRINTED)


def _counts(each: StationYear) -> tuple[int, ...]:
    return (each.days_in_use, each.days_alive, each.days_closed, each.days_uncertified, each.silences)
