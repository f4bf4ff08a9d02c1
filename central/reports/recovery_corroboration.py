"""Where the minutes a teacher documented and the taps of the room do not say the same."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Final

from central.domain.finding import Finding, Severity
from central.domain.recovery import RecoverySession
from central.store.queries.recovery_taps import SessionTaps, TapTime

ALLOWED_MINUTES: Final = 5
"""How far minutes and taps may lie apart: who taps last waits for those before."""


def findings_on_taps(
    sessions: Iterable[RecoverySession], taps: Mapping[str, SessionTaps]
) -> Iterator[Finding]:
    """Yield a finding a session where taps are missing, and where they tell other times.

    The teacher's signed word counts; taps corroborate it and take nothing away by themselves (R-AR-11).
    """
    for session in sessions:
        seen = taps.get(session.session)
        if seen is None or not session.present:
            continue
        yield from _without(session, seen)
        yield from _apart(session, seen)


def _without(session: RecoverySession, seen: SessionTaps) -> Iterator[Finding]:
    lacking = sum(part.student not in seen.taps for part in session.present)
    if not seen.has_station:
        says = "held in a room without a station, so no tap says who was there"
        yield _finding(session, says, "keep the sign-in sheet of the session", Severity.NOTICE)
    elif lacking:
        says = f"{lacking} of {len(session.present)} students with minutes have no tap in the room"
        remedy = "keep the sign-in sheet, or have the teacher correct the minutes"
        yield _finding(session, says, remedy, Severity.WARNING)


def _apart(session: RecoverySession, seen: SessionTaps) -> Iterator[Finding]:
    lone = 0
    for part in session.present:
        times = seen.taps.get(part.student, [])
        lone += len(times) == 1
        if len(times) > 1:
            least, most = stay_minutes(times, seen)
            if not least - ALLOWED_MINUTES <= part.minutes <= most + ALLOWED_MINUTES:
                told = f"{most}" if least == most else f"{least} to {most}"
                says = f"{part.minutes} minutes are documented for a student whose taps tell {told}"
                yield _finding(
                    session, says, "have the teacher look at it and sign anew", Severity.WARNING, part.student
                )
    if lone:
        students = "1 student has" if lone == 1 else f"{lone} students have"
        says = f"{students} a single tap, which does not say how long they stayed"
        yield _finding(session, says, "let students tap when they come and when they go", Severity.NOTICE)


def stay_minutes(times: list[TapTime], seen: SessionTaps) -> tuple[int, int]:
    """Return the fewest and the most minutes a student was in the session by the first and last tap."""
    first, last = times[0], times[-1]
    most = min(last.latest_at, seen.ends_at) - max(first.earliest_at, seen.begins_at)
    least = min(last.earliest_at, seen.ends_at) - max(first.latest_at, seen.begins_at)
    return max(least // timedelta(minutes=1), 0), max(-(-most // timedelta(minutes=1)), 0)


def _finding(
    session: RecoverySession, says: str, remedy: str, severity: Severity, student: str = ""
) -> Finding:
    return Finding(
        rule="R-AR-11",
        citation="EC 46211(d)(3)",
        subject=f"{session.session} student {student}" if student else session.session,
        on=session.on,
        says=says,
        remedy=remedy,
        severity=severity,
    )
