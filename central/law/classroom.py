"""What makes the instruction of a charter school classroom-based, by the minutes it offers and requires."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from fractions import Fraction

from central.domain.enrolment import Grade
from central.domain.finding import Finding, Severity
from central.domain.minutes import DayMinutes, Verdict, YearMinutes
from central.law.errors import LawError
from central.law.minutes import minutes_required
from central.law.provision import share

_CITATION = "EC 47612.5(e)(1)"
_Short = tuple[date, int, int]
"""A day, its minutes at the site, and its minutes in all."""


def minutes_required_at_the_site(grade: Grade, on: date) -> int:
    """Return the minutes of a year for which a grade must be required at the site.

    Cites: EC 47612.5(e)(1) (R-NCB-02).
    """
    needed = share("share_of_time_required_at_the_site", on) * minutes_required(grade, on)
    return -(-needed.numerator // needed.denominator)


def share_at_the_site(year: YearMinutes) -> Fraction:
    """Return the share of the minutes offered that are known to be at the site, exactly.

    Minutes of which nobody said where they are offered count as elsewhere.

    Raises LawError where no minutes are offered.

    Cites: EC 47612.5(e)(1) (R-NCB-02).
    """
    if not year.offered:
        msg = f"track {year.track} offers grade {year.grade.value} no minutes, so none of them is at the site"
        raise LawError(msg)
    return Fraction(year.on_site, year.offered)


def verdict_on_time_offered(year: YearMinutes, on: date) -> Verdict:
    """Judge whether enough of the time offered is at the site; exactly the share is enough.

    It is not shown where the answer hangs on days of which nobody said how many minutes are at the site.

    Raises LawError where no minutes are offered.

    Cites: EC 47612.5(e)(1) (R-NCB-02).
    """
    needed = share("share_of_time_offered_at_the_site", on)
    surely = share_at_the_site(year)
    return _verdict(surely, surely + Fraction(year.site_not_said, year.offered), needed)


def verdict_on_time_required(year: YearMinutes, on: date) -> Verdict:
    """Judge whether students must be at the site for enough of the least annual minutes.

    The measure is the least the law asks the school to offer, not what it does offer.

    Cites: EC 47612.5(e)(1) (R-NCB-02).
    """
    surely = Fraction(year.required)
    needed = Fraction(minutes_required_at_the_site(year.grade, on))
    return _verdict(surely, surely + year.requirement_not_said, needed)


def findings_on_time_offered(years: Iterable[YearMinutes], on: date) -> tuple[Finding, ...]:
    """Report tracks that offer too little of their time at the site, grades alike in it together.

    Cites: EC 47612.5(e)(1) (R-NCB-02).
    """
    judged = [(year, verdict_on_time_offered(year, on)) for year in years if year.offered]
    needed = share("share_of_time_offered_at_the_site", on)

    def says(year: YearMinutes, verdict: Verdict) -> str:
        if verdict is Verdict.NOT_SHOWN:
            return (
                f"of {year.site_not_said} of {year.offered} minutes offered nobody said whether at the site"
            )
        return f"{year.on_site} of {year.offered} minutes are offered at the site; {_percent(needed)} must be"

    return _findings(judged, says, "offer more of the time at the site, or claim it as nonclassroom-based")


def findings_on_time_required(years: Iterable[YearMinutes], on: date) -> tuple[Finding, ...]:
    """Report tracks that require their students at the site for too few minutes of the year.

    Cites: EC 47612.5(e)(1) (R-NCB-02).
    """
    judged = [(year, verdict_on_time_required(year, on)) for year in years if year.offered]

    def says(year: YearMinutes, verdict: Verdict) -> str:
        if verdict is Verdict.NOT_SHOWN:
            return (
                f"of {year.requirement_not_said} of {year.offered} minutes offered nobody said "
                "whether students must be at the site"
            )
        least = minutes_required_at_the_site(year.grade, on)
        return f"students must be at the site for {year.required} minutes of the year; {least} are the least"

    return _findings(judged, says, "require attendance for longer, or claim it as nonclassroom-based")


def is_short_at_the_site(day: DayMinutes, on: date) -> bool:
    """Tell whether a day is known to offer too little of its time at the site.

    Cites: EC 47612.5(e)(1) (R-NCB-02).
    """
    needed = share("share_of_time_offered_at_the_site", on)
    return day.on_site is not None and day.on_site < needed * day.offered


def findings_on_days_at_the_site(days: Iterable[DayMinutes], on: date) -> tuple[Finding, ...]:
    """Report on how many days a track offered too little of its time at the site, grades alike together.

    The law measures the year; single days show where a shortfall comes from, and auditors sample days.

    Cites: EC 47612.5(e)(1); State Auditor report 2024-106 (R-NCB-02).
    """
    of_grade: dict[tuple[str, Grade], list[DayMinutes]] = {}
    for day in days:
        of_grade.setdefault((day.track, day.grade), []).append(day)
    alike: dict[tuple[str, int, tuple[_Short, ...]], list[Grade]] = {}
    for (track, grade), kept in of_grade.items():
        short = sorted(
            (day.on, day.on_site or 0, day.offered) for day in kept if is_short_at_the_site(day, on)
        )
        if short:
            alike.setdefault((track, len(kept), tuple(short)), []).append(grade)
    return tuple(
        Finding(
            rule="R-NCB-02",
            citation=_CITATION,
            subject=_subject(track, grades),
            on=short[0][0],
            says=f"on {len(short)} of {count} days too little of the time was offered at the site "
            f"(first {short[0][0]}: {short[0][1]} of {short[0][2]} minutes)",
            remedy="look into these days; keep the bell schedule that shows what was offered where",
            severity=Severity.WARNING,
        )
        for (track, count, short), grades in alike.items()
    )


def _verdict(surely: Fraction, at_most: Fraction, needed: Fraction) -> Verdict:
    if surely >= needed:
        return Verdict.MET
    return Verdict.NOT_SHOWN if at_most >= needed else Verdict.NOT_MET


def _findings(
    judged: Sequence[tuple[YearMinutes, Verdict]],
    says: Callable[[YearMinutes, Verdict], str],
    remedy: str,
) -> tuple[Finding, ...]:
    alike: dict[tuple[str, Verdict, str], list[Grade]] = {}
    for year, verdict in judged:
        if verdict is not Verdict.MET:
            alike.setdefault((year.track, verdict, says(year, verdict)), []).append(year.grade)
    return tuple(
        Finding(
            rule="R-NCB-02",
            citation=_CITATION,
            subject=_subject(track, grades),
            on=None,
            says=text,
            remedy=remedy if verdict is Verdict.NOT_MET else "enter on_site and required for each day",
            severity=Severity.BLOCKING if verdict is Verdict.NOT_MET else Severity.WARNING,
        )
        for (track, verdict, text), grades in alike.items()
    )


def _subject(track: str, grades: Sequence[Grade]) -> str:
    named = ", ".join(grade.value for grade in grades)
    return f"track {track} {'grade' if len(grades) == 1 else 'grades'} {named}"


def _percent(part: Fraction) -> str:
    return f"{part * 100} percent"
