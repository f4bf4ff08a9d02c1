"""What a period's report must say about the school's own data before anybody signs it."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from central.domain.attendance import AttendanceDay, Mark, Stage
from central.domain.calendar import TrackCalendar
from central.domain.finding import Finding, Severity
from central.domain.period import PeriodKind
from central.law import tracks
from central.law.ada import Claim
from central.law.periods import divisor_days, period_ends_on
from central.store import attended
from central.store.attended import SessionKey, Standing
from central.store.models import SchoolYear, Tap

_LETTER = "CDE letter of August 3 2009"
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Ground:
    """What a report was computed from."""

    year: SchoolYear
    kind: PeriodKind
    as_of: date
    before: datetime
    calendars: Mapping[str, TrackCalendar]
    in_period: Mapping[str, TrackCalendar]
    standing: Sequence[Standing]
    claim: Claim
    counted: Sequence[AttendanceDay]
    without_credential: Collection[tuple[str, date]]
    """Employee numbers and dates of signatures no credential on file is valid for."""

    @property
    def days(self) -> set[date]:
        """Every date the period counts on some track."""
        return {on for calendar in self.in_period.values() for on in calendar.days_taught}


def find(ground: Ground) -> Iterator[Finding]:
    """Yield every finding, the weightiest kinds first."""
    yield from _practice(ground)
    yield from _unfinished(ground)
    yield from _uncertified(ground)
    yield from _never_certified(ground)
    yield from _without_track(ground)
    yield from _signatures(ground)
    yield from _credentials(ground)
    yield from _taps(ground)
    yield from _of_the_law(ground)
    yield from _tracks(ground)
    yield _not_examined(ground)


def _practice(ground: Ground) -> Iterator[Finding]:
    if ground.year.school.is_practice:
        yield Finding(
            "R-REC-01",
            "the school's own mark",
            ground.year.school.code,
            None,
            "this is a PRACTICE school: none of these numbers is about anybody",
            "claim nothing from it; begin a real school with rollbook-central init",
            Severity.BLOCKING,
        )


def _unfinished(ground: Ground) -> Iterator[Finding]:
    for track, calendar in ground.in_period.items():
        days = divisor_days(calendar)
        if not days:
            yield Finding(
                "R-CAL-03",
                "EC 41601",
                track,
                None,
                f"no full school month of the track lies in {ground.kind}, so it has no line",
                "see whether its calendar is imported whole",
                Severity.WARNING,
            )
        elif ground.as_of < max(days):
            until = period_ends_on(ground.kind, calendar.school_year)
            yield Finding(
                "R-CAL-03",
                "EC 41601",
                track,
                ground.as_of,
                f"{sum(on > ground.as_of for on in days)} days of the period are still to come "
                f"({ground.kind} ends by {until}); the divisor counts them already",
                "take the numbers as they will be filed only after the last day",
                Severity.WARNING,
            )


def _uncertified(ground: Ground) -> Iterator[Finding]:
    days = ground.days
    open_records = [
        record for record in ground.standing if record.stage is Stage.PROVISIONAL and record.on in days
    ]
    if open_records:
        sessions = {SessionKey(record.on, record.section) for record in open_records}
        present = sum(record.mark is Mark.PRESENT for record in open_records)
        yield Finding(
            "R-REC-04",
            "EC 46300(a); the school's procedure, stage 1",
            _some(sessions),
            None,
            f"{len(open_records)} records of {len(sessions)} sessions are not certified "
            f"({present} of them present); none of them is counted",
            "have the teacher certify each session, late with its reason",
            Severity.WARNING,
        )


def _never_certified(ground: Ground) -> Iterator[Finding]:
    days = ground.days
    signed = attended.signed_sessions(ground.year, ground.before)
    held = {key for key in attended.held_sessions(ground.year, ground.as_of) if key.on in days}
    missing = held - signed.keys()
    if missing:
        dates = {key.on for key in held} - {key.on for key in held & signed.keys()}
        whole = f"; on {len(dates)} days no session at all" if dates else ""
        yield Finding(
            "R-REC-01",
            "EC 47612.5(a)(2)",
            _some(missing),
            None,
            f"{len(missing)} of {len(held)} sessions held have no signature{whole}",
            "certify them, or correct calendar and bell schedule where no class was held",
            Severity.WARNING,
        )


def _without_track(ground: Ground) -> Iterator[Finding]:
    lost = [record for record in ground.standing if record.track not in ground.calendars]
    if lost:
        yield Finding(
            "R-TRK-01",
            "EC 47612(d)(1)",
            f"{len({record.student for record in lost})} students",
            None,
            f"{len(lost)} records belong to no track that is taught; none of them is counted",
            "correct the enrollments, or name the section's track",
            Severity.BLOCKING,
        )


def _signatures(ground: Ground) -> Iterator[Finding]:
    days = ground.days
    signed = {
        key: found
        for key, found in attended.signed_sessions(ground.year, ground.before).items()
        if key.on in days
    }
    bare = {key for key, found in signed.items() if found.is_late and not found.has_paper}
    late = sum(found.is_late for found in signed.values())
    if bare:
        yield Finding(
            "R-REC-03",
            _LETTER,
            _some(bare),
            None,
            f"{late} sessions were certified after their calendar day, "
            f"{len(bare)} of them without a paper sheet",
            "import the sheets attendance was taken on, or be ready to explain each reason",
            Severity.WARNING,
        )
    again = {key for key, found in signed.items() if found.revisions > 1}
    if again:
        yield Finding(
            "R-REC-03",
            _LETTER,
            _some(again),
            None,
            f"{len(again)} sessions were certified again; trace shows each change with its reason",
            "look through the changes before signing",
            Severity.NOTICE,
        )


def _credentials(ground: Ground) -> Iterator[Finding]:
    without = sorted(key for key in ground.without_credential if key[1] in ground.days)
    for teacher, count in sorted(Counter(teacher for teacher, _ in without).items()):
        first = next(on for number, on in without if number == teacher)
        yield Finding(
            "R-AGE-05",
            "EC 47605(l)(1)",
            f"employee {teacher}",
            first,
            f"certified attendance of {count} days no credential on file is valid for; none is counted",
            "file the credential, or have a certificated teacher of the class certify again",
            Severity.BLOCKING,
        )


def _taps(ground: Ground) -> Iterator[Finding]:
    taps = Tap.objects.filter(school=ground.year.school)
    days = ground.days
    undated = taps.filter(on__isnull=True, outcome=Tap.Outcome.TIME_REVIEW).count()
    if undated:
        yield _tap_finding(undated, "at times that are not proven and may lie in any period")
    for outcome, what in (
        (Tap.Outcome.UNKNOWN_CREDENTIAL, "of cards nobody is known to hold"),
        (Tap.Outcome.AFTER_DECISION, "after a person had decided on the record; it stayed as it was"),
    ):
        count = taps.filter(outcome=outcome, on__in=days).count() if days else 0
        if count:
            yield _tap_finding(count, what)


def _tap_finding(count: int, what: str) -> Finding:
    return Finding(
        "R-REC-04",
        "the school's procedure, stage 0",
        f"{count} taps",
        None,
        f"{count} taps came in {what}",
        "see rollbook-central resolve, and settle them with the teachers concerned",
        Severity.NOTICE,
    )


def _of_the_law(ground: Ground) -> Iterator[Finding]:
    """Yield what the law said while counting, one finding for all days that have it in common."""
    days = ground.days
    taught = {on for calendar in ground.calendars.values() for on in calendar.days_taught}
    grouped: dict[tuple[str, str, str, str, Severity], list[Finding]] = {}
    for found in ground.claim.findings:
        if found.on in days or found.on not in taught:
            key = (found.rule, found.citation, found.says, found.remedy, found.severity)
            grouped.setdefault(key, []).append(found)
    for (rule, citation, says, remedy, severity), same in sorted(grouped.items()):
        first = min(found.on for found in same if found.on)
        times = "" if len(same) == 1 else f" ({len(same)} times)"
        yield Finding(rule, citation, f"student {same[0].subject}", first, f"{says}{times}", remedy, severity)


def _tracks(ground: Ground) -> Iterator[Finding]:
    year = next(iter(ground.calendars.values())).school_year
    yield from tracks.findings_on_number_of_tracks(list(ground.calendars), year.starts_on)
    for calendar in ground.calendars.values():
        yield from tracks.findings_on_length_of_track(calendar, is_conversion=False)
        yield from tracks.findings_on_days_before_april(calendar)
    with_days = {track: calendar for track, calendar in ground.in_period.items() if calendar.days_taught}
    shares = tracks.ada_over_several_tracks(ground.counted, with_days)
    yield from tracks.findings_over_one_ada(shares)


def _not_examined(ground: Ground) -> Finding:
    return Finding(
        "R-AGE-01",
        "EC 47612(b)",
        ground.year.school.code,
        None,
        "residency, age and diploma are not in these records, so no day was held back for them",
        "check eligibility by hand before claiming",
        Severity.NOTICE,
    )


def _some(sessions: set[SessionKey]) -> str:
    """Name the first few sessions."""
    shown = [f"{key.section} {key.on}" for key in sorted(sessions)[:_SHOWN]]
    more = len(sessions) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")
