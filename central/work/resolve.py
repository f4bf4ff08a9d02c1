"""Turn taps into provisional records, as often as more becomes known."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from central.domain.proof import Proof
from central.store.evidence import Evidence
from central.store.models import AttendanceRecord, Credential, PaperLine, School, Tap
from central.store.timetable import Bell, Holder, Timetable
from central.work.adjudicate import review
from central.work.doubts import Doubts
from central.work.policy import JudgedDay, Policy, SeenTap, Session, Verdict, judge_day
from central.work.provisional import Attended, ProvisionalDay
from central.work.tap_policy import tap_policy

_OUTCOME = {
    Verdict.COUNTS: Tap.Outcome.RECORDED,
    Verdict.REPEAT: Tap.Outcome.REPEAT,
    Verdict.NO_SESSION: Tap.Outcome.NO_SESSION,
    Verdict.AMBIGUOUS: Tap.Outcome.AMBIGUOUS,
    Verdict.TIME_REVIEW: Tap.Outcome.TIME_REVIEW,
}
_FRESH = [Tap.Outcome.PENDING]
# What a later import can still settle.
_WAITING = [
    Tap.Outcome.PENDING,
    Tap.Outcome.UNKNOWN_CREDENTIAL,
    Tap.Outcome.NO_SESSION,
    Tap.Outcome.NOT_ENROLLED,
    Tap.Outcome.AMBIGUOUS,
    Tap.Outcome.TIME_REVIEW,
    Tap.Outcome.DOUBTED_STATION,
]


@dataclass(slots=True)
class Resolved:
    """What one run did."""

    taps: int = 0
    records: int = 0
    waiting: int = 0


def resolve(
    now: datetime,
    *,
    only_new: bool = False,
    policy: Policy | None = None,
    evidence: Evidence | None = None,
) -> Resolved:
    """Judge the taps that wait, each school day in a transaction of its own.

    Only taps whose whole uncertainty lies in one local date are dated; the others are for a
    person, and so are those of a station in doubt that came in since, which `evidence` tells. Taps
    that found no card, class or enrolment are tried again, since an import may have brought it;
    `only_new` leaves those be. Running it twice changes nothing.
    """
    done = Resolved()
    outcomes = _FRESH if only_new else _WAITING
    for school in School.objects.all():
        taps = Tap.objects.filter(school=school)
        left = _left(taps)
        days = taps.filter(outcome__in=outcomes, on__isnull=False).values_list("on", flat=True)
        judge = None
        for on in sorted(left.keys() | set(filter(None, days.distinct()))):
            judge = judge or _Judge(school, _policy_of(school, policy), now, Doubts(evidence))
            with transaction.atomic():
                judge.judge(on, outcomes, done, left.get(on, {}))
        undated = taps.filter(on__isnull=True, outcome=Tap.Outcome.PENDING)
        if undated.exists():
            undated.update(outcome=Tap.Outcome.TIME_REVIEW)
        done.waiting += taps.filter(outcome__in=_WAITING).count()
    return done


def _left(taps: QuerySet[Tap]) -> dict[date, dict[int, int]]:
    """Return by day the taps that went to another one, to none or to another holder, with their old student.

    Nobody has decided on that record yet, and what this tap said of the day holds no longer.
    """
    moved = taps.filter(outcome=Tap.Outcome.PENDING, record__stage=AttendanceRecord.Stage.PROVISIONAL)
    held = Credential.objects.filter(
        token=OuterRef("token"), student=OuterRef("record__student"), since__lte=OuterRef("on")
    ).exclude(until__lt=OuterRef("on"))
    gone = moved.filter(~Q(on=F("record__on")) | ~Exists(held))
    rows = gone.values_list("pk", "record__on", "record__student")
    found: dict[date, dict[int, int]] = defaultdict(dict)
    for tap, on, student in rows:
        found[on][tap] = student
    return found


def _policy_of(school: School, policy: Policy | None) -> Callable[[date], Policy]:
    """Return the rules of each day: those given, or else what the school chose from which day on."""
    return tap_policy(school) if policy is None else lambda _on: policy


class _Judge:
    """One school's taps, judged day by day against a timetable loaded once."""

    def __init__(
        self, school: School, policy_on: Callable[[date], Policy], now: datetime, doubts: Doubts
    ) -> None:
        self._school = school
        self._policy_on = policy_on
        self._now = now
        self._doubts = doubts
        self._zone = ZoneInfo(school.time_zone)
        self._timetable = Timetable(school)

    def judge(self, on: date, outcomes: Iterable[str], done: Resolved, left: Mapping[int, int]) -> None:
        """Judge one day of every student with a tap that waits, and of those whom a tap has left."""
        Tap.objects.filter(pk__in=left).update(record=None)
        rows = Tap.objects.filter(school=self._school, on=on, outcome__in=outcomes)
        waiting = list(rows.select_related("record"))
        held = self._doubts.held(waiting)
        bells = self._timetable.bells(on)
        day = ProvisionalDay(self._school, on, self._now)
        students = set(left.values())
        for tap in waiting:
            holders = self._timetable.holders(bytes(tap.token), on) if tap.token else set()
            student = _the_student(holders)
            if student is not None:
                students.add(student)
            if tap.proof == Proof.REFUTED:
                # Kept and shown to a person. The day is judged all the same: it may have counted before.
                day.set_outcome(tap, Tap.Outcome.REFUTED)
            elif tap.pk in held:
                day.set_outcome(tap, Tap.Outcome.DOUBTED_STATION)
            elif student is None:
                day.set_outcome(tap, _outcome_of_nobody(holders))
        taps = self._taps_by_student(students, on)
        attended: list[Attended] = []
        for student in students:
            attended += self._judge_student(student, on, taps[student], bells, day)
        taps_changed, records_changed = day.write(attended, students)
        if taps_changed:
            # A tap may agree with paper taken in before, or speak against it.
            review(PaperLine.objects.filter(record__school=self._school, record__on=on), self._now)
        done.taps += taps_changed
        done.records += records_changed

    def _taps_by_student(self, students: set[int], on: date) -> dict[int, list[Tap]]:
        """Return every tap of the students that day, those long settled too: a day is judged whole."""
        owner = {token: student for student in students for token in self._timetable.tokens(student, on)}
        taps: dict[int, list[Tap]] = {student: [] for student in students}
        rows = Tap.objects.filter(school=self._school, on=on, token__isnull=False)
        rows = rows.exclude(proof=Proof.REFUTED).exclude(outcome=Tap.Outcome.UNPARSED)
        found = list(rows.select_related("station", "record"))
        held = self._doubts.held(found)
        for tap in found:
            student = owner.get(bytes(tap.token or b""))
            if tap.pk in held or student is None:
                continue
            if len(self._timetable.holders(bytes(tap.token or b""), on)) == 1:
                taps[student].append(tap)
        return taps

    def _judge_student(
        self, student: int, on: date, taps: list[Tap], bells: list[Bell], day: ProvisionalDay
    ) -> list[Attended]:
        own = self._timetable.sections(student, on) if self._timetable.is_enrolled(student, on) else set()
        mine = [self._session(bell, on) for bell in bells if bell.section_id in own]
        others = [self._session(bell, on) for bell in bells if bell.section_id not in own]
        judged = judge_day(_seen(taps), mine, self._policy_on(on))
        elsewhere = judge_day(_seen(taps), others, self._policy_on(on))
        by_session: dict[Session, list[Tap]] = {session: [] for session in judged.presences}
        for tap in taps:
            verdict, session = judged.verdicts[tap.pk]
            if session is not None:
                by_session[session].append(tap)
            day.set_outcome(tap, _outcome(tap, verdict, elsewhere))
        return [
            Attended(student, session.section_id, presence, tuple(by_session[session]))
            for session, presence in judged.presences.items()
        ]

    def _session(self, bell: Bell, on: date) -> Session:
        starts_at, ends_at = (datetime.combine(on, clock, self._zone) for clock in (bell.starts, bell.ends))
        return Session(starts_at, ends_at, bell.section_id, bell.room_id, on)


def _the_student(holders: set[Holder]) -> int | None:
    return next(iter(holders)).student_id if len(holders) == 1 else None


def _outcome_of_nobody(holders: set[Holder]) -> Tap.Outcome:
    if len(holders) > 1:
        return Tap.Outcome.AMBIGUOUS
    return Tap.Outcome.STAFF if holders else Tap.Outcome.UNKNOWN_CREDENTIAL


def _outcome(tap: Tap, verdict: Verdict, elsewhere: JudgedDay) -> Tap.Outcome:
    is_elsewhere = elsewhere.verdicts[tap.pk][0] in {Verdict.COUNTS, Verdict.REPEAT, Verdict.AMBIGUOUS}
    if verdict is Verdict.NO_SESSION and is_elsewhere:
        return Tap.Outcome.NOT_ENROLLED
    return _OUTCOME[verdict]


def _seen(taps: Iterable[Tap]) -> list[SeenTap]:
    return [
        SeenTap(tap.pk, tap.station.room_id, tap.earliest_at, tap.latest_at, "repeat" in tap.flags)
        for tap in taps
        if tap.earliest_at is not None and tap.latest_at is not None
    ]
