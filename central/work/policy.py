"""The school's own rules on when a tap belongs to a class and what it shows, as pure functions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Policy:
    """What the school decided; the figures are those of its attendance procedure.

    A class can be entered from `opens_before` its start to its end. A first tap more than
    `tardy_after` after the start is tardy; a last tap more than `early_before` the end is an early
    departure. A tap up to `leaves_within` after the end can only be that of somebody leaving. An
    instant is shown only when it is known to `shown_within`.
    """

    opens_before: timedelta = timedelta(minutes=30)
    tardy_after: timedelta = timedelta(minutes=15)
    early_before: timedelta = timedelta(minutes=15)
    leaves_within: timedelta = timedelta(minutes=10)
    shown_within: timedelta = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, order=True)
class Session:
    """One meeting of one section in one room, with its scheduled instants."""

    starts_at: datetime
    ends_at: datetime
    section_id: int
    room_id: int
    on: date


@dataclass(frozen=True, slots=True)
class SeenTap:
    """One tap of a student whose day is proven; its true instant lies between the two given."""

    id: int
    room_id: int
    earliest_at: datetime
    latest_at: datetime
    is_repeat: bool


class Verdict(StrEnum):
    """How a tap stands to the sessions of its day."""

    COUNTS = "counts"
    REPEAT = "repeat"
    NO_SESSION = "no-session"
    AMBIGUOUS = "ambiguous"
    TIME_REVIEW = "time-review"


@dataclass(frozen=True, slots=True)
class Presence:
    """What the taps of one session show; both instants are the ones nobody can doubt.

    The student was in by `first_in_at` (the latest the first tap can have been) and still there at
    `last_out_at` (the earliest the last tap can have been, never after the end); None where a tap
    is known less exactly than a minute. `is_tardy` and `left_early` are said only where the whole
    uncertainty of the tap agrees.
    """

    first_in_at: datetime | None
    last_out_at: datetime | None
    is_tardy: bool
    left_early: bool


@dataclass(frozen=True, slots=True)
class JudgedDay:
    """The outcome of one student's day: presence a session, and a verdict with its session a tap."""

    presences: dict[Session, Presence]
    verdicts: dict[int, tuple[Verdict, Session | None]]


def judge_day(taps: Iterable[SeenTap], sessions: Sequence[Session], policy: Policy) -> JudgedDay:
    """Assign a student's taps of one date to the sessions the student has that date.

    The result depends on the taps alone, not on the order in which they became known. A session
    that is running takes a tap before one that is only open; somebody leaving comes last.
    """
    day = JudgedDay({}, {})
    grouped: dict[Session, list[SeenTap]] = {}
    unplaced: list[SeenTap] = []
    for tap in sorted(taps, key=lambda tap: (tap.earliest_at, tap.latest_at, tap.id)):
        verdict, session = _place(tap, sessions, policy)
        day.verdicts[tap.id] = (verdict, session)
        if session is not None:
            grouped.setdefault(session, []).append(tap)
        elif verdict is not Verdict.AMBIGUOUS:
            unplaced.append(tap)
    for tap in unplaced:
        left = _left(tap, list(grouped), policy)
        if left is not None:
            day.verdicts[tap.id] = (Verdict.COUNTS, left)
            grouped[left].append(tap)
    for session, seen in grouped.items():
        _settle(session, seen, policy, day)
    return day


def _place(tap: SeenTap, sessions: Sequence[Session], policy: Policy) -> tuple[Verdict, Session | None]:
    here = [session for session in sessions if session.room_id == tap.room_id]
    running = [s for s in here if s.starts_at <= tap.earliest_at and tap.latest_at <= s.ends_at]
    if running:
        # At the very bell between two classes the one that begins is meant.
        return _only([s for s in running if s.starts_at == max(running).starts_at])
    opened = [
        s for s in here if s.starts_at - policy.opens_before <= tap.earliest_at and tap.latest_at <= s.ends_at
    ]
    if opened:
        return _only([s for s in opened if s.starts_at == min(opened).starts_at])
    touched = any(
        s.starts_at - policy.opens_before <= tap.latest_at and tap.earliest_at <= s.ends_at for s in here
    )
    return (Verdict.TIME_REVIEW if touched else Verdict.NO_SESSION), None


def _only(candidates: Sequence[Session]) -> tuple[Verdict, Session | None]:
    if len(candidates) == 1:
        return Verdict.COUNTS, candidates[0]
    return Verdict.AMBIGUOUS, None


def _left(tap: SeenTap, entered: Sequence[Session], policy: Policy) -> Session | None:
    """Return the session whose student, already inside, can be seen leaving by this tap."""
    candidates = [
        session
        for session in entered
        if session.room_id == tap.room_id
        and session.starts_at <= tap.earliest_at
        and session.ends_at <= tap.latest_at <= session.ends_at + policy.leaves_within
    ]
    return max(candidates) if candidates else None


def _settle(session: Session, seen: list[SeenTap], policy: Policy, day: JudgedDay) -> None:
    # A card shown again within the minute says nothing new, unless its first showing fell outside.
    telling = [tap for tap in seen if not tap.is_repeat] or seen[:1]
    for tap in seen:
        if tap not in telling:
            day.verdicts[tap.id] = (Verdict.REPEAT, session)
    first = telling[0]
    out = _last_out(first, telling, session)
    day.presences[session] = Presence(
        first_in_at=_to_the_minute(first, first.latest_at, policy),
        last_out_at=_to_the_minute(out, min(out.earliest_at, session.ends_at), policy) if out else None,
        is_tardy=first.earliest_at > session.starts_at + policy.tardy_after,
        left_early=out is not None and out.latest_at < session.ends_at - policy.early_before,
    )


def _last_out(first: SeenTap, telling: Sequence[SeenTap], session: Session) -> SeenTap | None:
    """Return the last tap, if it is surely after the first and not before the class began."""
    last = max(telling, key=lambda tap: (tap.latest_at, tap.earliest_at, tap.id))
    is_later = last.earliest_at > first.latest_at and last.earliest_at >= session.starts_at
    return last if is_later else None


def _to_the_minute(tap: SeenTap, instant: datetime, policy: Policy) -> datetime | None:
    return instant if tap.latest_at - tap.earliest_at <= policy.shown_within else None
