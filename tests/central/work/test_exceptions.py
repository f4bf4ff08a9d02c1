"""The queue of what does not explain itself: each kind is found, said in words, settled, and opens again."""

from datetime import timedelta

import pytest

from central.domain.calendar import DateSpan
from central.errors import RefusedError
from central.store.models import (
    Assignment,
    AttendanceRecord,
    Credential,
    ExceptionStep,
    PaperLine,
    PaperRuling,
    PaperSheet,
    SessionCertification,
    Station,
    Tap,
)
from central.work import appeals, exceptions, notices, student_years
from central.work.exception_kinds import MEANINGS, ExceptionKind, ExceptionLine
from tests.fakes import school as schools
from tests.fakes.one_class import provisional
from tests.fakes.register import Register
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
NOW = at(MONDAY, "16:00")
Kind = ExceptionKind


def tap(small: SmallSchool, token: bytes, clock: str, outcome: str, station: Station | None = None) -> Tap:
    number = Tap.objects.count() + 1
    moment = at(MONDAY, clock)
    return Tap.objects.create(
        school=small.school,
        station=station or small.station_101,
        server_sequence=1,
        position=number,
        epoch=1,
        sequence=number,
        leaf=number.to_bytes(32, "big"),
        token=token,
        reader="r1",
        earliest_at=moment,
        latest_at=moment,
        time_quality="T1",
        on=MONDAY,
        outcome=outcome,
    )


def lines(small: SmallSchool, kind: ExceptionKind) -> list[ExceptionLine]:
    return exceptions.queue(small.school, NOW).of(kind)


def test_a_quiet_day_has_no_exception(small: SmallSchool) -> None:
    assert exceptions.queue(small.school, NOW).lines == []
    assert set(MEANINGS) == set(Kind)


def test_taps_that_do_not_explain_themselves(small: SmallSchool) -> None:
    stranger = schools.card_token("found on the stairs")
    tap(small, stranger, "08:20", Tap.Outcome.UNKNOWN_CREDENTIAL)
    tap(small, stranger, "08:50", Tap.Outcome.UNKNOWN_CREDENTIAL)
    tap(small, small.token(small.dan), "08:31", Tap.Outcome.NOT_ENROLLED)
    tap(small, small.token(small.ana), "07:10", Tap.Outcome.NO_SESSION)
    tap(small, small.token(small.ana), "10:20", Tap.Outcome.AFTER_DECISION)
    (unknown,) = lines(small, Kind.UNKNOWN_CARD)
    assert (unknown.figures["n"], unknown.figures["room"]) == ("2", "R101")
    assert stranger.hex() not in unknown.key
    for kind in (Kind.OTHER_CLASS, Kind.NO_CLASS, Kind.AFTER_DECISION):
        (line,) = lines(small, kind)
        assert line.figures["n"] == "1"


def test_one_card_in_two_rooms_within_two_minutes_is_one_place_too_many(small: SmallSchool) -> None:
    card = small.token(small.ana)
    tap(small, card, "08:31:00", Tap.Outcome.RECORDED)
    tap(small, card, "08:33:30", Tap.Outcome.NOT_ENROLLED, small.station_102)
    assert lines(small, Kind.TWO_PLACES) == []
    tap(small, card, "08:34:30", Tap.Outcome.RECORDED)
    (line,) = lines(small, Kind.TWO_PLACES)
    assert line.students == (small.ana,)
    assert {line.figures["room"], line.figures["other"]} == {"R101", "R102"}


def test_whoever_held_a_card_that_day_is_named_not_whoever_has_it_now(small: SmallSchool) -> None:
    token = small.token(small.ana)
    Credential.objects.filter(token=token).update(until=MONDAY)
    Credential.objects.create(
        school=small.school, student=small.dan, token=token, kind="uid", since=MONDAY + timedelta(days=1)
    )
    tap(small, token, "08:33:30", Tap.Outcome.RECORDED)
    tap(small, token, "08:34:30", Tap.Outcome.RECORDED, small.station_102)
    (line,) = lines(small, Kind.TWO_PLACES)
    assert line.students == (small.ana,)


def test_signed_presence_on_a_card_that_was_lost_by_then_is_shown_until_it_is_settled(
    small: SmallSchool,
) -> None:
    for student, clock in ((small.ana, "08:31"), (small.ben, "08:32")):
        record = provisional(small, student)
        shown = tap(small, small.token(student), clock, Tap.Outcome.RECORDED)
        Tap.objects.filter(pk=shown.pk).update(record=record)
        record.stage = AttendanceRecord.Stage.CERTIFIED
        record.save()
    # Handed in that day, after class: it was the student's as long as it counted.
    Credential.objects.filter(token=small.token(small.ben)).update(until=MONDAY)
    assert lines(small, Kind.CARD_NOT_THEIRS) == []
    Credential.objects.filter(token=small.token(small.ana)).update(until=MONDAY - timedelta(days=1))
    (line,) = lines(small, Kind.CARD_NOT_THEIRS)
    assert (line.figures["n"], line.page, line.arguments[0]) == ("1", "session", line.figures["room"])
    exceptions.settle(line, small.clerk, "the teacher saw the student", NOW)
    assert lines(small, Kind.CARD_NOT_THEIRS) == []
    # The card was somebody else's that day, not hers: that does not make it hers.
    Credential.objects.create(
        school=small.school, student=small.dan, token=small.token(small.ana), kind="uid", since=MONDAY
    )
    AttendanceRecord.objects.filter(student=small.ben).update(student=small.dan)
    assert [line.figures["n"] for line in lines(small, Kind.CARD_NOT_THEIRS)] == ["2"]


def test_records_that_do_not_explain_themselves(small: SmallSchool) -> None:
    record = provisional(small, small.ana)
    record.first_in_at = at(MONDAY, "08:31")
    record.save()
    sheet = PaperSheet.objects.create(
        section=small.algebra,
        on=MONDAY,
        sheet="17",
        file_sha256="0" * 64,
        imported_by=small.clerk,
        imported_at=NOW,
    )
    line = PaperLine.objects.create(sheet=sheet, line=2, record=record, mark="absent", outcome="conflicts")
    judged = {"line": line, "verdict": "conflicts", "why": "TAP_AGAINST_ABSENT", "at": NOW}
    PaperRuling.objects.create(**judged, needs_person=True)
    notices.give(small.ana, DateSpan(MONDAY, MONDAY), "sick", small.clerk, NOW)
    appeals.appeal(small.ana, small.algebra, MONDAY, "I was there", NOW)
    SessionCertification.objects.create(
        section=small.english,
        on=MONDAY,
        revision=1,
        by=small.other_teacher,
        at=NOW,
        signed_with="totp",
        late_reason="no power",
        present=0,
        absent=0,
    )
    for kind in (Kind.MISSING_OUT, Kind.PAPER_CONFLICT, Kind.NOTICE_CONFLICT, Kind.APPEAL, Kind.LATE_ENTRY):
        assert len(lines(small, kind)) == 1, kind
    decided = {"by": small.teacher, "choice": "other", "reason": "I saw her"}
    PaperRuling.objects.create(**judged, **decided, needs_person=False)
    assert lines(small, Kind.PAPER_CONFLICT) == []


def test_people_and_classes_that_do_not_explain_themselves(small: SmallSchool) -> None:
    small.ben.given_name = small.ana.given_name
    small.ben.save()
    Credential.objects.filter(student__in=[small.ana, small.dan]).update(device_key="02" + "a" * 64)
    Assignment.objects.filter(section=small.english).delete()
    week = schools.taught("A")[:4]
    Register(small).certified(small.algebra, small.chloe, week[:1])
    Register(small).certified(small.algebra, small.chloe, week[1:], mark="absent")
    student_years.rebuild(small.year)
    assert lines(small, Kind.SAME_NAMES)[0].students == (small.ana, small.ben)
    assert set(lines(small, Kind.SHARED_PHONE)[0].students) == {small.ana, small.dan}
    assert lines(small, Kind.NO_TEACHER)[0].figures["room"] == "ENG1-01"
    (gone,) = lines(small, Kind.LONG_ABSENT)
    assert (gone.students, gone.figures["n"]) == ((small.chloe,), "3")


def test_a_settled_line_opens_by_itself_when_its_facts_change(small: SmallSchool) -> None:
    tap(small, small.token(small.ana), "07:10", Tap.Outcome.NO_SESSION)
    (line,) = lines(small, Kind.NO_CLASS)
    with pytest.raises(RefusedError, match="may not change exceptions"):
        exceptions.settle(line, small.paraeducator, "early bird", NOW)
    with pytest.raises(RefusedError, match="needs a reason"):
        exceptions.settle(line, small.clerk, " ", NOW)
    exceptions.settle(line, small.clerk, "early bird", NOW)
    assert lines(small, Kind.NO_CLASS) == []
    found = exceptions.queue(small.school, NOW)
    assert [each.step.reason for each in found.of(None, settled=True) if each.step] == ["early bird"]
    assert found.open_by_kind[Kind.NO_CLASS] == 0
    tap(small, small.token(small.ben), "07:12", Tap.Outcome.NO_SESSION)
    assert lines(small, Kind.NO_CLASS)[0].figures["n"] == "2"
    exceptions.settle(lines(small, Kind.NO_CLASS)[0], small.clerk, "both", NOW)
    exceptions.settle(
        found.of(None, settled=True)[0], small.clerk, "look again", NOW + timedelta(1), is_settled=False
    )
    assert ExceptionStep.objects.count() == 3


def test_a_line_with_a_page_of_its_own_is_not_settled_here(small: SmallSchool) -> None:
    appeals.appeal(small.ana, None, MONDAY, "I was there", NOW)
    with pytest.raises(RefusedError, match="follow its link"):
        exceptions.settle(lines(small, Kind.APPEAL)[0], small.clerk, "no", NOW)
