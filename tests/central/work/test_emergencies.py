"""An emergency is documented by certificated staff, and what became of it is added to, never rewritten."""

from datetime import date, timedelta

import pytest

from central.domain.emergency import Channel, Language
from central.errors import InputError, RefusedError
from central.store.models import (
    Announcement,
    AttendanceRecord,
    AuditEvent,
    CalendarDay,
    Emergency,
    EmergencyDay,
    ImportedFile,
    TeachingCredential,
)
from central.store.queries.emergencies import announcements_of, closed_for, end_of, is_extended
from central.work import announcements, emergencies, emergency_days
from central.work.announcements import Sent
from central.work.certify import Signature, certify_session
from central.work.changes import Action, Change
from central.work.propose import Word, propose
from tests.fakes.closed_school import EIGHT, EN_ESPANOL, FOUR, WORDING, ClosedSchool
from tests.fakes.one_class import absent
from tests.fakes.register import P1_DAYS_A, ada, report
from tests.fakes.school import LABOR_DAY, MONDAY, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed() -> ClosedSchool:
    return ClosedSchool()


@pytest.mark.parametrize("cause", Emergency.Cause.values)
def test_every_cause_of_the_procedure_can_be_documented(closed: ClosedSchool, cause: str) -> None:
    row = closed.declare(cause=cause)
    assert row.get_cause_display() == Emergency.Cause(cause).label
    (event,) = AuditEvent.objects.filter(verb="emergency")
    assert (event.by, event.detail["after"]["cause"]) == (closed.small.leader.number, cause)


def test_only_certificated_staff_document_an_emergency(closed: ClosedSchool) -> None:
    small = closed.small
    wish = emergencies.Declared(code="E1", cause="a", nature="Smoke", first_day=MONDAY, expected_end=MONDAY)
    for by in (small.clerk, small.admin):
        with pytest.raises(RefusedError, match="documented by certificated staff"):
            emergencies.declare(small.year, wish, closed.act(by))
    with pytest.raises(RefusedError, match="may not add emergencies"):
        emergencies.declare(small.year, wish, closed.act(small.paraeducator))
    TeachingCredential.objects.filter(staff=small.teacher).update(until=MONDAY - timedelta(1))
    with pytest.raises(RefusedError, match=f"no teaching credential on file for {MONDAY}"):
        emergencies.declare(small.year, wish, closed.act(small.teacher))
    assert not Emergency.objects.exists()
    emergencies.declare(small.year, wish, closed.act(small.other_teacher))
    assert Emergency.objects.get().by == small.other_teacher


def test_everything_wrong_with_it_is_told_at_once(closed: ClosedSchool) -> None:
    closed.declare()
    with pytest.raises(InputError) as refused:
        closed.declare(
            cause="f", nature=" ", expected_end=MONDAY - timedelta(1), scope="tracks", tracks=("Z",)
        )
    assert [problem.partition(":")[0] for problem in refused.value.problems] == [
        *("code", "cause", "nature", "end", "tracks"),
    ]
    with pytest.raises(InputError, match="name the tracks where it concerns some"):
        closed.declare(code="E2", tracks=("A",))


def test_its_end_is_expected_until_it_is_known_and_every_word_on_it_stays(closed: ClosedSchool) -> None:
    row = closed.declare()
    assert (end_of(row).on, end_of(row).is_over) == (FOUR[-1], False)
    closed.now = at(FOUR[2], "12:00")
    emergencies.expect(row, EIGHT[-1], closed.act(reason="the fire turned"))
    assert (end_of(row).on, end_of(row).is_over) == (EIGHT[-1], False)
    with pytest.raises(RefusedError, match="has not come yet"):
        emergencies.end(row, EIGHT[-1], closed.act(reason="over"))
    with pytest.raises(RefusedError, match="say in 1000 characters"):
        emergencies.expect(row, EIGHT[-1], closed.act(reason=" "))
    with pytest.raises(RefusedError, match="is not over"):
        emergencies.review(row, FOUR[2], closed.act(reason="went well"))
    closed.now = at(EIGHT[-1], "16:00")
    emergencies.end(row, EIGHT[-1], closed.act(reason="the air is clean"))
    assert end_of(row).is_over
    assert [step.kind for step in row.steps.order_by("pk")] == ["expected", "ended"]


def test_an_emergency_noted_by_mistake_is_withdrawn_and_takes_nothing_more(closed: ClosedSchool) -> None:
    row = closed.declare()
    emergencies.withdraw(row, closed.act(reason="a false alarm"))
    with pytest.raises(RefusedError, match="was withdrawn"):
        closed.close(row)
    other = closed.declare(code="E2")
    closed.close(other)
    with pytest.raises(RefusedError, match="stays on file"):
        emergencies.withdraw(other, closed.act(reason="a false alarm"))


def test_closed_days_are_closures_of_the_calendar_with_their_history(closed: ClosedSchool) -> None:
    row = closed.declare()
    assert closed.close(row) == 8
    days = CalendarDay.objects.filter(on__in=FOUR)
    assert {(day.is_taught, day.kind, day.minutes_offered) for day in days} == {(False, "closure", None)}
    assert {day.minutes for day in closed_for(row)} == {370}
    kept = ImportedFile.objects.get(kind="calendar")
    assert kept.by == f"employee {closed.small.leader.number} for emergency E1"
    assert not is_extended(row, closed_for(row))
    # What nobody asked about stays as it was.
    assert CalendarDay.objects.get(track=closed.small.track_a, on=LABOR_DAY).kind == "holiday"
    with pytest.raises(RefusedError, match="nothing to close"):
        closed.close(row)


def test_a_day_opened_again_is_what_it_was(closed: ClosedSchool) -> None:
    row = closed.declare()
    before = list(CalendarDay.objects.filter(on=FOUR[3]).order_by("track").values())
    closed.close(row)
    with pytest.raises(RefusedError, match="needs a reason"):
        emergency_days.reopen(row, [FOUR[3]], closed.act())
    emergency_days.reopen(row, [FOUR[3]], closed.act(reason="the wind turned"))
    assert list(CalendarDay.objects.filter(on=FOUR[3]).order_by("track").values()) == before
    assert {day.on for day in closed_for(row)} == set(FOUR[:3])
    assert EmergencyDay.objects.filter(on=FOUR[3]).count() == 4
    assert AuditEvent.objects.get(verb="emergency-reopen").detail["reason"] == "the wind turned"


def test_an_emergency_of_one_track_closes_no_other(closed: ClosedSchool) -> None:
    row = closed.declare(scope="tracks", tracks=("B",))
    assert closed.close(row) == 4
    assert CalendarDay.objects.get(track=closed.small.track_a, on=MONDAY).is_taught
    with pytest.raises(RefusedError, match="began on"):
        closed.close(row, (MONDAY - timedelta(7),))


def test_a_teacher_documents_and_the_office_closes_the_calendar(closed: ClosedSchool) -> None:
    row = closed.declare()
    with pytest.raises(RefusedError, match="may not change calendar"):
        emergency_days.close(row, FOUR, closed.act(closed.small.teacher))
    assert not EmergencyDay.objects.exists()


def test_nobody_is_marked_or_certified_on_a_closed_day(closed: ClosedSchool) -> None:
    small, row = closed.small, closed.declare()
    closed.close(row)
    word = Word(small.clerk, at(MONDAY, "12:00"), "sent by the procedure")
    with pytest.raises(RefusedError, match="was not taught"):
        propose(small.algebra, MONDAY, word, [Change(small.ana.pk, Action.ADD, "the procedure says so")])
    signature = Signature(small.teacher, at(MONDAY, "12:00"))
    with pytest.raises(RefusedError, match="there is no attendance to certify"):
        certify_session(small.algebra, MONDAY, signature, absent(small.ana, small.ben, small.chloe))
    assert not AttendanceRecord.objects.exists()
    assert ada(report(small))["A"][0] == f"0/{P1_DAYS_A - 4}"


def test_a_draft_must_be_edited_and_says_what_kind_of_closure_it_is(closed: ClosedSchool) -> None:
    row = closed.declare()
    for language in Language:
        begun = announcements.draft(row, language)
        assert "Cedar Charter" in begun.nature
        with pytest.raises(InputError, match="where square brackets stand"):
            announcements.announce(row, begun, list(Channel), closed.act())
    assert "neither present nor absent" in announcements.draft(row, Language.ENGLISH).remote
    assert "ni presente ni ausente" in announcements.draft(row, Language.SPANISH).remote
    emergencies.expect(row, EIGHT[-1], closed.act(reason="the fire grows"))
    assert "Check in every school day" in announcements.draft(row, Language.ENGLISH).remote
    assert not Announcement.objects.exists()


def test_a_channel_or_language_without_proof_is_open(closed: ClosedSchool) -> None:
    row = closed.declare()
    assert len([each for each in announcements_of(row) if each.is_open]) == 10
    announcements.announce(row, WORDING, [Channel.APP, Channel.EMAIL], closed.act())
    here = (Channel.APP, Language.ENGLISH)
    with pytest.raises(RefusedError, match="where the proof is kept"):
        announcements.note_sent(row, here, Sent(closed.now, "Robin", " "), closed.act())
    later = Sent(closed.now + timedelta(minutes=1), "Robin", "phone")
    with pytest.raises(RefusedError, match="not in the future"):
        announcements.note_sent(row, here, later, closed.act())
    with pytest.raises(RefusedError, match="no text for website"):
        announcements.note_sent(
            row, (Channel.WEBSITE, Language.ENGLISH), Sent(closed.now, "R", "p"), closed.act()
        )
    announcements.note_sent(row, here, Sent(closed.now, "Robin", "screenshot 1"), closed.act())
    assert len([each for each in announcements_of(row) if each.is_open]) == 9
    closed.announce_all(row)
    assert not [each for each in announcements_of(row) if each.is_open]
    announcements.announce(row, EN_ESPANOL, [Channel.WEBSITE], closed.act())
    (again,) = [each for each in announcements_of(row) if each.is_open]
    assert (again.channel, again.language) == (Channel.WEBSITE, Language.SPANISH)


def test_a_text_message_is_short_and_an_announcement_says_all_three_things(closed: ClosedSchool) -> None:
    row = closed.declare()
    long = announcements.Wording(Language.ENGLISH, "x" * 400, "y" * 100, " ")
    with pytest.raises(InputError) as refused:
        announcements.announce(row, long, [Channel.TEXT_MESSAGE], closed.act())
    assert list(refused.value.problems) == [
        "remote: say it in 500 letters",
        "a text message has at most 480 letters, and this one 501; write it shorter",
    ]
    with pytest.raises(InputError, match="choose at least one"):
        announcements.announce(row, WORDING, [], closed.act())


def test_a_longer_closure_than_five_days_is_extended(closed: ClosedSchool) -> None:
    row = closed.declare(EIGHT)
    assert is_extended(row, [])
    closed.close(row, EIGHT[:5])
    assert not is_extended(row, closed_for(row))
    closed.close(row, EIGHT[5:6])
    assert is_extended(row, closed_for(row))
    assert date(2024, 9, 16) in {day.on for day in closed_for(row)}
