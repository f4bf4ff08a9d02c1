"""Paper beside taps: what a line amounts to depends on the facts, whichever of them came first."""

from datetime import datetime, timedelta
from itertools import chain, combinations

import pytest
from django.db import transaction

from central.domain.adjudication import Verdict, Why
from central.errors import RefusedError
from central.exchange.named_file import NamedFile
from central.store.models import AttendanceRecord, Credential, Decision, Outage, PaperLine, Student, Tap
from central.work import paper, propose
from central.work.adjudicate import Ruling, Rulings, decide, keep, review, undecided
from central.work.certify import Signature, certify_session
from central.work.changes import Action, Change
from central.work.outages import Word, note
from central.work.resolve import resolve
from central.work.undo import take_back
from tests.fakes.paper import EVENING, tap
from tests.fakes.school import MONDAY, SUMMER, SmallSchool, at

pytestmark = pytest.mark.django_db


def outage(small: SmallSchool, since: str, until: str | None) -> Outage:
    return Outage.objects.create(
        school=small.school,
        scope=Outage.Scope.STATION,
        station=small.station_101,
        since_at=at(MONDAY, since),
        until_at=at(MONDAY, until) if until else None,
        cause=Outage.Cause.POWER,
        says="the power failed in the whole wing",
        by=small.clerk,
        at=EVENING,
    )


def ruled(
    small: SmallSchool, student: Student, mark: str, came: datetime | None = None
) -> tuple[Verdict, Why, bool]:
    ruling = Rulings(small.algebra, [MONDAY]).ruling(student, MONDAY, mark, (came, None))
    return ruling.verdict, ruling.why, ruling.needs_person


def test_a_line_is_judged_by_what_is_known_beside_it(small: SmallSchool) -> None:
    tap(small, small.ben, "08:25")
    resolve(EVENING)
    ben, ana = small.ben, small.ana
    assert ruled(small, ben, "present") == (Verdict.CORROBORATES, Why.TAPPED, False)
    assert ruled(small, ben, "absent") == (Verdict.CONFLICTS, Why.TAP_AGAINST_ABSENT, True)
    late = at(MONDAY, "09:00")
    assert ruled(small, ben, "present", late) == (Verdict.CONFLICTS, Why.TIMES_APART, True)
    assert ruled(small, ana, "present") == (Verdict.RECORD_FALLBACK, Why.UNHEARD, False)
    outage(small, "08:27", None)
    # Ben's tap denies nothing of what came after the power failed.
    assert ruled(small, ana, "present") == (Verdict.RECORD_FALLBACK, Why.NOTED_OUTAGE, False)
    tap(small, small.chloe, "08:40")
    # A card taken in the midst of it does; and silence of the evidence remains.
    assert ruled(small, ana, "present") == (Verdict.RECORD_FALLBACK, Why.UNHEARD, False)
    AttendanceRecord.objects.create(
        school=small.school,
        student=ana,
        section=small.algebra,
        on=MONDAY,
        mark="present",
        stage="provisional",
        source="paper",
    )
    assert ruled(small, ana, "present") == (Verdict.RECORD_FALLBACK, Why.UNHEARD, False)


def test_a_room_without_a_station_needs_paper(small: SmallSchool) -> None:
    small.station_101.retired_at = at(SUMMER[0], "12:00")
    small.station_101.save()
    assert ruled(small, small.ana, "absent") == (Verdict.RECORD_FALLBACK, Why.NO_STATION, False)


def rest(small: SmallSchool) -> list[Change]:
    """Mark everybody absent but Ben, and whoever tapped."""
    have = set(AttendanceRecord.objects.values_list("student_id", flat=True))
    return [Change(each.pk, Action.ABSENT) for each in (small.ana, small.chloe) if each.pk not in have]


class Facts:
    """One Monday of Ben's, told to the records piece by piece, in whatever order."""

    def __init__(self, small: SmallSchool, mark: str) -> None:
        self.small = small
        self.mark = mark

    def tell(self, fact: str) -> None:
        """Let the records know one thing more."""
        match fact:
            case "paper":
                rows = f"student number,date,mark\n001002,{MONDAY},{self.mark}".encode()
                sheet = paper.read(NamedFile("sheet.csv", rows), self.small.algebra, "S-1")
                paper.accept(sheet, self.small.clerk, EVENING)
            case "tap":
                tap(self.small, self.small.ben, "08:31")
                resolve(EVENING)
            case "others":
                tap(self.small, self.small.chloe, "09:10")
                resolve(EVENING)
                # What a station recorded of others is no news of Ben's by itself: the projector tells.
                review(PaperLine.objects.all(), EVENING)
            case "outage":
                word = Word(
                    since_at=at(MONDAY, "08:00"),
                    until_at=at(MONDAY, "12:00"),
                    cause="power",
                    says="the wing was dark",
                    station=self.small.station_101,
                )
                note(word, self.small.clerk, EVENING)

    def came_to(self) -> tuple[object, ...]:
        """Return the one record of Ben's and how the line on paper stands."""
        record = AttendanceRecord.objects.get(student=self.small.ben)
        line = PaperLine.objects.get()
        last = line.rulings.latest("pk")
        assert line.outcome == last.verdict
        return record.mark, record.stage, last.verdict, last.why, last.needs_person


@pytest.mark.invariant(44)
@pytest.mark.fault("M2")
def test_paper_and_taps_come_to_the_same_whichever_came_first(small: SmallSchool) -> None:
    seen = set()
    for mark in ("present", "absent"):
        facts = Facts(small, mark)
        for more in chain.from_iterable(combinations(("tap", "others", "outage"), n) for n in range(4)):
            found = set()
            facts_told = ("paper", *more)
            for order in (facts_told[n:] + facts_told[:n] for n in range(len(facts_told))):
                with transaction.atomic():
                    for fact in order:
                        facts.tell(fact)
                    found.add(facts.came_to())
                    transaction.set_rollback(True)
            assert len(found) == 1, (mark, more, found)
            seen |= found
    # A tap decides the mark, and every verdict there is came up.
    assert {mark for mark, _, verdict, _, _ in seen if verdict == "conflicts"} == {"present"}
    assert {verdict for _, _, verdict, _, _ in seen} == {"corroborates", "conflicts", "fallback"}


@pytest.mark.invariant(44)
def test_a_tap_that_turns_out_to_be_anothers_leaves_the_record_to_the_paper(small: SmallSchool) -> None:
    for mark in ("present", "absent"):
        found = set()
        for order in (("paper", "tap"), ("tap", "paper")):
            with transaction.atomic():
                facts = Facts(small, mark)
                for fact in order:
                    facts.tell(fact)
                Credential.objects.filter(student=small.ben).update(student=small.chloe)
                Tap.objects.update(outcome=Tap.Outcome.PENDING)
                resolve(EVENING)
                found.add(facts.came_to())
                transaction.set_rollback(True)
        assert found == {(mark, "provisional", "fallback", "UNHEARD", False)}


def test_what_a_person_decided_is_judged_no_more(small: SmallSchool) -> None:
    facts = Facts(small, "absent")
    for fact in ("tap", "paper"):
        facts.tell(fact)
    line = PaperLine.objects.get()
    with pytest.raises(RefusedError, match="ask a certificated staffer"):
        decide(line, "paper", "the card was lent", small.clerk, EVENING)
    with pytest.raises(RefusedError, match="waits for a decision in section ALG1-01"):
        certify_session(small.algebra, MONDAY, Signature(small.teacher, EVENING), rest(small))
    decide(line, "other", "he came at half past eight", small.teacher, EVENING)
    facts.tell("others")
    last = line.rulings.latest("pk")
    assert (last.by, last.choice, last.reason) == (small.teacher, "other", "he came at half past eight")
    with pytest.raises(RefusedError, match="waits for nobody"):
        decide(line, "paper", "no, he did not", small.teacher, EVENING)
    certify_session(small.algebra, MONDAY, Signature(small.teacher, EVENING), rest(small))
    assert AttendanceRecord.objects.get(student=small.ben).mark == "present"


def test_paper_without_an_outage_makes_nothing_certain(small: SmallSchool) -> None:
    facts = Facts(small, "present")
    for fact in ("others", "paper"):
        facts.tell(fact)
    # Nothing has come in from the station, so far as the evidence tells: paper stands in for taps.
    assert facts.came_to()[2] == "fallback"
    line = PaperLine.objects.get()
    row = line.rulings.latest("pk")
    keep([(line, Ruling(Verdict.PAPER_WITHOUT_OUTAGE, Why.OTHERS_TAPPED, needs_person=True))], EVENING)
    (waiting,) = undecided(small.algebra, MONDAY)
    assert (waiting.record, waiting.is_conflict) == (line.record, False)
    with pytest.raises(RefusedError, match="needs a reason"):
        decide(line, "other", " ", small.clerk, EVENING)
    decide(line, "other", "the sheet was filled in at home", small.clerk, EVENING)
    assert AttendanceRecord.objects.get(student=small.ben).stage == "removed"
    assert undecided(small.algebra, MONDAY) == []
    assert row.pk < line.rulings.latest("pk").pk


def test_the_signature_says_that_it_stands_for_paper_of_an_outage(small: SmallSchool) -> None:
    facts = Facts(small, "present")
    for fact in ("outage", "paper"):
        facts.tell(fact)
    certify_session(small.algebra, MONDAY, Signature(small.teacher, EVENING), rest(small))
    step = Decision.objects.get(record__student=small.ben, stage_to="certified")
    assert step.reason == "paper sheet S-1: an outage was noted for that time"


def test_a_change_by_the_teacher_settles_what_paper_says_and_taking_it_back_does_not(
    small: SmallSchool,
) -> None:
    facts = Facts(small, "absent")
    for fact in ("tap", "paper"):
        facts.tell(fact)
    later = EVENING + timedelta(minutes=5)
    word = propose.Word(small.teacher, later)
    propose.propose(small.algebra, MONDAY, word, [Change(small.ben.pk, Action.ABSENT, "the card was lent")])
    assert undecided(small.algebra, MONDAY) == []
    take_back(small.algebra, MONDAY, small.ben.pk, small.teacher, later)
    assert len(undecided(small.algebra, MONDAY)) == 1
