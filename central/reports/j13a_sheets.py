"""Published: the data sheets of a request to the state: our tables to fill Form J-13A from, not the form."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

from central.domain.calendar import SchoolYear as Year
from central.domain.closure import RequestKind, StateRequest
from central.domain.finding import Finding
from central.errors import RefusedError
from central.law.emergency import is_material_decrease, section_of
from central.law.emergency_findings import findings_on_decrease, findings_on_plans, findings_on_state
from central.law.provision import share
from central.reports.board_papers import Papers, Printed
from central.reports.own_stamp import stamped
from central.reports.request_effect import Effect
from central.reports.rounding import half_up
from central.store.models import EmergencyDay, School, SchoolYear, StateRequestStep, Station
from central.store.queries import day_totals
from central.store.queries.closures import closed_days, requests
from central.work import gaps
from central.work.outage_state import outages_of, standing

LETTER: Final = {
    RequestKind.CLOSURE: "B",
    RequestKind.MATERIAL_DECREASE: "C",
    RequestKind.LOST_RECORDS: "D",
}
_TITLE: Final = {
    RequestKind.CLOSURE: "Section B: closed days",
    RequestKind.MATERIAL_DECREASE: "Section C: material decrease",
    RequestKind.LOST_RECORDS: "Section D: lost or destroyed records",
}
_SIGNERS: Final = ("Member of the governing board", "Member of the governing board", "Authorizer")
_NOT_THE_FORM: Final = (
    "These are the school's own tables, to copy onto Form J-13A from; they are not the form, and nothing in "
    "them is credited before the state approves."
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which request of which year, and with which effect beside it."""

    year: SchoolYear
    code: str
    effect: Effect | None = None


def papers(wanted: Wanted, now: datetime) -> Papers:
    """Return the data sheets of a request; raises RefusedError for a code there is none of."""
    year = wanted.year
    found = next((each for each in requests(year) if each.request == wanted.code), None)
    if found is None:
        msg = f"{year.name} has no request {wanted.code}; rollbook-central j13a list names them"
        raise RefusedError(msg)
    made = now.astimezone(ZoneInfo(year.school.time_zone))
    tables = [_of_kind(year, found), *_history(year, found), _steps(year, found), _findings(found)]
    if wanted.effect is not None:
        tables.append(effect_table(wanted.effect))
    practice = "PRACTICE: made-up school. " if year.school.is_practice else ""
    written = Papers(
        title=f"Data sheets for Form J-13A: request {found.request}",
        lines=[practice + _NOT_THE_FORM, *_about(year.school, year, found)],
        tables=tables,
        signers=_SIGNERS,
        footer=f"{practice}{year.school.name} · request {found.request} · made {made:%m/%d/%Y %H:%M}",
    )
    return stamped(written, "j13a sheets", year, now)


def effect_table(effect: Effect) -> Printed:
    """Return what a request does to a period, case by case, with what proves it."""
    report = effect.report
    columns = (
        *("Track", "Case", "Pupil-days", "Divisor", "ADA", "Attendance credited", "ADA with it"),
        *("Days taught", "Days credited", "Minutes credited"),
    )
    rows = [
        (
            *(row.track, row.case.value, row.pupil_days, row.divisor, row.ada),
            *(half_up(row.credited_attendance), row.ada_with_credit),
            *(row.days_taught, row.credited_days, row.credited_minutes),
        )
        for row in effect.rows
    ]
    lines = sum(effect.pupil_days(track) for track in sorted({row.track for row in effect.rows}))
    return Printed(
        title=f"Effect on {report.kind.value} of {report.year} as of {report.as_of:%m/%d/%Y}",
        columns=columns,
        rows=rows,
        says=[
            (
                "Only the first case of each track may be certified. Attendance credited for a material "
                "decrease stands beside the rows and is in none of them."
            ),
            (
                f"Proof: {lines} pupil-days on the proof sheet of this report; SHA-256 of what it rests on "
                f"{report.digest}; rules {report.rule_set}."
            ),
        ],
        short="Effect",
    )


def _about(school: School, year: SchoolYear, found: StateRequest) -> list[str]:
    days = f"{found.first_day:%m/%d/%Y} to {found.last_day:%m/%d/%Y}" if found.first_day else "no day"
    plan = f"{found.continuity_plan_on:%m/%d/%Y}" if found.continuity_plan_on else "not on record"
    declared = "yes" if found.is_emergency_declared else "no"
    lea = f"{school.lea_name} {school.lea_code}".strip() or school.name
    return [
        (
            f"Section A. School: {school.name}, {school.code}. Local educational agency: {lea}. "
            f"Fiscal year: {year.name}."
        ),
        (
            f"Request for {found.kind.value} ({section_of(found.kind)}). Cause: {found.cause}. Days: {days}, "
            f"{len(found.days)} lines. Emergency declared by the Governor: {declared}. "
            f"Instructional continuity plan adopted: {plan}. It stands at: {found.state.value}."
        ),
    ]


def _of_kind(year: SchoolYear, found: StateRequest) -> Printed:
    if found.kind is RequestKind.CLOSURE:
        return _closure(year, found)
    if found.kind is RequestKind.MATERIAL_DECREASE:
        return _decrease(found)
    return _lost(year, found)


def _closure(year: SchoolYear, found: StateRequest) -> Printed:
    emergencies: dict[tuple[str, date], str] = {}
    rows = EmergencyDay.objects.filter(track__school_year=year).order_by("pk")
    for track, on, is_closed, code in rows.values_list("track__code", "on", "is_closed", "emergency__code"):
        emergencies[track, on] = code if is_closed else ""
    lines = [
        (day.track, day.on, f"{day.on:%A}", day.minutes, emergencies.get((day.track, day.on), ""))
        for day in found.days
    ]
    minutes = sum(day.minutes for day in found.days)
    return Printed(
        title=_TITLE[found.kind],
        columns=("Track", "Date", "Weekday", "Minutes that were to be offered", "Emergency"),
        rows=lines,
        says=[f"{len(found.days)} days and {minutes} minutes over all tracks."],
        short="Section B",
    )


def _decrease(found: StateRequest) -> Printed:
    lines = []
    net = Fraction(0)
    for day in found.days:
        normal = day.normal or Fraction(0)
        qualifies = is_material_decrease(day, is_emergency_declared=found.is_emergency_declared)
        lost = normal - (day.attended or 0) if qualifies else Fraction(0)
        net += lost
        most = half_up(share("material_decrease", day.on) * normal)
        lines.append((day.track, day.on, half_up(normal), most, day.attended, _yes(qualifies), half_up(lost)))
    return Printed(
        title=_TITLE[found.kind],
        columns=("Track", "Date", "Normal", "90 % of normal", "Attended", "Qualifies", "Days lost"),
        rows=lines,
        says=[
            "Normal is the average attendance of October or May. "
            + ("An emergency was declared, so any decrease counts." if found.is_emergency_declared else ""),
            f"{half_up(net)} days of attendance lost.",
        ],
        short="Section C",
    )


def _lost(year: SchoolYear, found: StateRequest) -> Printed:
    days = {day.on for day in found.days}
    held = day_totals.held(year, days)
    told = _missing(year, days)
    lines = []
    for day in found.days:
        here = held.get((day.track, day.on), day_totals.Held(0, 0, 0, 0))
        lines.append(
            (
                *(day.track, day.on, here.records, here.certified, here.paper_lines, here.taps),
                told.get(day.on, ""),
            )
        )
    return Printed(
        title=_TITLE[found.kind],
        columns=("Track", "Date", "Records", "Certified", "Lines on paper", "Taps of the school", "Missing"),
        rows=lines,
        says=[
            (
                "What is still held of these days, and what outages and the register of gaps say is missing. "
                "An estimate is asked for only where attendance cannot be proven from what is held."
            )
        ],
        short="Section D",
    )


def _missing(year: SchoolYear, days: set[date]) -> dict[date, str]:
    """Say of each day which outages and gaps there were."""
    zone = ZoneInfo(year.school.time_zone)
    stations = list(Station.objects.filter(school=year.school_id).select_related("school", "room"))
    rows = outages_of(year.school).prefetch_related("steps").order_by("since_at", "pk")
    known = [each for each in standing(rows) if not each.is_withdrawn]
    told: dict[date, str] = {}
    for on in sorted(days):
        said = [f"{gap.station.pk}: {gap}" for each in stations for gap in gaps.gaps_of(each, on)]
        said += [
            f"outage ({out.cause}) of {out.station_id or out.scope}: {out.says}"
            for each, out in ((each, each.outage) for each in known)
            if each.since_at.astimezone(zone).date() <= on
            and (each.until_at is None or on <= each.until_at.astimezone(zone).date())
        ]
        told[on] = "; ".join(said)
    return told


def _history(year: SchoolYear, found: StateRequest) -> list[Printed]:
    """Return the closures of this year and the five before, which a request for closed days names."""
    if found.kind is not RequestKind.CLOSURE:
        return []
    rows: list[tuple[str, str, int]] = []
    years = SchoolYear.objects.filter(school=year.school_id, name__lte=year.name).order_by("-name")[:6]
    for each in years:
        for track, days in sorted(closed_days(year.school_id, Year(each.name)).items()):
            rows.append((each.name, track, len(days)))
    columns = ("School year", "Track", "Closed days on the calendar")
    return [Printed("Closures on file", columns, rows, short="Closures on file")]


def _steps(year: SchoolYear, found: StateRequest) -> Printed:
    steps = StateRequestStep.objects.filter(request__school_year=year, request__code=found.request)
    rows = [(step.on, step.state, step.evidence, step.by) for step in steps.order_by("pk")]
    return Printed("Where it stands", ("Date", "State", "Kept at", "Noted by"), rows, short="Steps")


def _findings(found: StateRequest) -> Printed:
    every: Sequence[Finding] = [
        *findings_on_plans(found),
        *findings_on_decrease(found),
        *findings_on_state(found),
    ]
    rows = [(each.rule, each.citation, each.says, each.remedy) for each in every]
    return Printed("What is to be said against it", ("Rule", "Law", "Says", "Remedy"), rows, short="Findings")


def _yes(is_so: bool) -> str:  # noqa: FBT001  a truth to be written
    return "yes" if is_so else "no"
