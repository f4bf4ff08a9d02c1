"""Cards go from hand to hand, each step with who and why, and their taps follow whoever held them."""

from datetime import date, timedelta

import pytest

from central.errors import RefusedError
from central.store.models import AttendanceRecord, Credential, CredentialEvent, Tap
from central.work import credential_verbs as verbs
from central.work import learn_card, policies
from central.work.certify import Signature, certify_session
from central.work.changes import Action, Change
from central.work.credential_verbs import Act, Card, handle
from central.work.learn_card import Waiting
from central.work.policies import Choice
from central.work.resolve import resolve
from tests.fakes.morning import Morning
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
EVENING = at(MONDAY, "18:00")
NEW = Card("uid", b"n" * 16)
Stage = AttendanceRecord.Stage


@pytest.fixture
def morning(small: SmallSchool) -> Morning:
    return Morning(small)


def act(small: SmallSchool, reason: str = "", on: date = MONDAY) -> Act:
    return Act(small.clerk, at(on, "12:00"), on, reason)


def present() -> dict[str, str]:
    """Return who has a record of Monday, and how far it is."""
    rows = AttendanceRecord.objects.filter(on=MONDAY).order_by("student__number")
    return {row.student.given_name: row.stage for row in rows.select_related("student")}


def told() -> list[tuple[str, str, str]]:
    rows = CredentialEvent.objects.order_by("pk")
    return [(row.what, row.by, row.reason) for row in rows]


def test_a_learned_card_brings_its_earlier_taps_along(small: SmallSchool, morning: Morning) -> None:
    morning.tap(NEW.token, "08:25", on=MONDAY - 3 * DAY)
    morning.tap(NEW.token, "08:25")
    resolve(EVENING)
    assert present() == {}
    (card,) = learn_card.lately(small.school, MONDAY)
    assert (len(card.sightings), card.first.on, card.last.room) == (2, MONDAY - 3 * DAY, "R101")
    done = learn_card.learn(small.ben, card, None, act(small))
    assert (done.credential.since, done.taps.waiting) == (MONDAY - 3 * DAY, 2)
    resolve(EVENING, only_new=True)
    assert set(AttendanceRecord.objects.values_list("student", "on")) == {
        (small.ben.pk, MONDAY - 3 * DAY),
        (small.ben.pk, MONDAY),
    }
    assert learn_card.lately(small.school, MONDAY) == []
    assert told() == [("learned", small.clerk.number, "")]


def test_taps_before_the_day_a_card_was_theirs_stay_nobody_s(small: SmallSchool, morning: Morning) -> None:
    morning.tap(NEW.token, "08:25", on=MONDAY - 3 * DAY)
    morning.tap(NEW.token, "08:25")
    resolve(EVENING)
    (card,) = learn_card.lately(small.school, MONDAY)
    learn_card.learn(small.ben, card, MONDAY, act(small))
    resolve(EVENING, only_new=True)
    assert AttendanceRecord.objects.get().on == MONDAY
    (left,) = learn_card.lately(small.school, MONDAY)
    assert (left.held_by, len(left.sightings)) == (small.ben.number, 1)


def test_the_next_unknown_card_at_the_station_is_the_one_and_two_are_none(
    small: SmallSchool, morning: Morning
) -> None:
    morning.tap(b"x" * 16, "11:40")
    morning.tap(NEW.token, "11:58")
    morning.tap(b"y" * 16, "11:58", room="102")
    morning.tap(small.ana, "11:58")
    resolve(EVENING)
    waiting = Waiting("st-r101", at(MONDAY, "11:57"))
    card = learn_card.the_one(learn_card.just_tapped(small.school, MONDAY, waiting))
    assert card.token == NEW.token
    morning.tap(b"z" * 16, "11:59")
    resolve(EVENING)
    tapped = learn_card.just_tapped(small.school, MONDAY, waiting)
    with pytest.raises(RefusedError, match="2 unknown cards were tapped"):
        learn_card.the_one(tapped)
    assert learn_card.the_one(tapped, handle(NEW.token)).token == NEW.token
    with pytest.raises(RefusedError, match="no unknown card"):
        learn_card.the_one(learn_card.just_tapped(small.school, MONDAY, Waiting("st-r101", EVENING)))


def test_the_later_taps_of_a_lost_card_are_nobody_s(small: SmallSchool, morning: Morning) -> None:
    before, after = morning.tap(small.ana, "08:25", on=MONDAY - 3 * DAY), morning.tap(small.ana, "08:25")
    resolve(EVENING)
    held = small.ana.credentials.get()
    with pytest.raises(RefusedError, match="needs a reason"):
        verbs.lose(held, MONDAY, act(small))
    done = verbs.lose(held, MONDAY, act(small, "left on the bus"))
    assert done.taps.waiting == 1
    resolve(EVENING, only_new=True)
    before.refresh_from_db()
    after.refresh_from_db()
    assert (before.outcome, after.outcome) == (Tap.Outcome.RECORDED, Tap.Outcome.UNKNOWN_CREDENTIAL)
    assert after.record is None
    assert present() == {"Ana": Stage.REMOVED}
    (card,) = learn_card.lately(small.school, MONDAY)
    assert (card.held_by, card.held_until) == (small.ana.number, MONDAY - DAY)
    with pytest.raises(RefusedError, match="over on"):
        verbs.lose(held, MONDAY, act(small, "twice"))


def test_a_signed_record_keeps_its_tap_when_the_card_turns_out_to_be_lost(
    small: SmallSchool, morning: Morning
) -> None:
    tap = morning.tap(small.ana, "08:25")
    resolve(EVENING)
    absent = [Change(who.pk, Action.ABSENT, "") for who in (small.ben, small.chloe)]
    certify_session(small.algebra, MONDAY, Signature(small.teacher, EVENING), absent)
    done = verbs.lose(small.ana.credentials.get(), MONDAY, act(small, "left on the bus"))
    assert (done.taps.waiting, done.taps.signed) == (0, 1)
    resolve(EVENING)
    tap.refresh_from_db()
    assert tap.record is not None
    assert tap.record.stage == Stage.CERTIFIED


def test_a_card_given_to_the_wrong_student_goes_to_the_right_one(
    small: SmallSchool, morning: Morning
) -> None:
    morning.tap(NEW.token, "08:25")
    resolve(EVENING)
    (card,) = learn_card.lately(small.school, MONDAY)
    wrong = learn_card.learn(small.ben, card, None, act(small)).credential
    resolve(EVENING, only_new=True)
    assert present() == {"Ben": Stage.PROVISIONAL}
    verbs.lose(wrong, MONDAY, act(small, "it was Chloe's"))
    verbs.issue(NEW, small.chloe, MONDAY, act(small))
    resolve(EVENING, only_new=True)
    assert present() == {"Ben": Stage.REMOVED, "Chloe": Stage.PROVISIONAL}


def test_a_card_passed_on_without_a_word_moves_its_provisional_records(
    small: SmallSchool, morning: Morning
) -> None:
    morning.tap(small.ana, "08:25")
    resolve(EVENING)
    verbs.issue(Card("uid", small.token(small.ana)), small.ben, MONDAY, act(small))
    resolve(EVENING, only_new=True)
    assert present() == {"Ana": Stage.REMOVED, "Ben": Stage.PROVISIONAL}


def test_a_replacement_is_one_step_or_none(small: SmallSchool) -> None:
    held = small.ana.credentials.get()
    with pytest.raises(RefusedError, match="the one to be replaced"):
        verbs.replace(held, Card("uid", bytes(held.token)), MONDAY, act(small, "torn"))
    with pytest.raises(RefusedError, match="needs a reason"):
        verbs.replace(held, NEW, MONDAY, act(small))
    assert Credential.objects.filter(student=small.ana).count() == 1
    verbs.replace(held, NEW, MONDAY, act(small, "torn"))
    rows = Credential.objects.filter(student=small.ana).order_by("since")
    assert [(row.until, bytes(row.token) == NEW.token) for row in rows] == [
        (MONDAY - DAY, False),
        (None, True),
    ]
    assert told() == [("lost", small.clerk.number, "torn"), ("replaced", small.clerk.number, "torn")]


def test_a_card_is_lent_for_thirty_days_at_most_and_to_one_student_at_a_time(
    small: SmallSchool, morning: Morning
) -> None:
    with pytest.raises(RefusedError, match="1 to 30 days"):
        verbs.lend(NEW, small.ana, MONDAY + 30 * DAY, act(small))
    wish = Choice("temporary_card_days", "5", MONDAY + DAY, "cards ran out")
    policies.choose(wish, small.leader, EVENING)
    with pytest.raises(RefusedError, match="1 to 5 days"):
        verbs.lend(Card("uid", b"o" * 16), small.dan, MONDAY + 6 * DAY, act(small, on=MONDAY + DAY))
    lent = verbs.lend(NEW, small.ana, MONDAY + 29 * DAY, act(small, "forgot hers")).credential
    assert lent.is_temporary
    with pytest.raises(RefusedError, match="somebody's hands"):
        verbs.lend(NEW, small.ben, MONDAY, act(small))
    verbs.give_back(lent, act(small))
    with pytest.raises(RefusedError, match="somebody's hands"):
        verbs.lend(NEW, small.ben, MONDAY, act(small))
    verbs.lend(NEW, small.ben, MONDAY + DAY, act(small, on=MONDAY + DAY))
    morning.tap(NEW.token, "08:25")
    morning.tap(NEW.token, "08:25", on=MONDAY + DAY)
    resolve(EVENING + DAY)
    found = AttendanceRecord.objects.values_list("student", "on")
    assert set(found) == {(small.ana.pk, MONDAY), (small.ben.pk, MONDAY + DAY)}


def test_only_those_with_the_right_hand_out_cards(small: SmallSchool) -> None:
    for staff in (small.teacher, small.paraeducator, small.leader, small.auditor):
        by = Act(staff, EVENING, MONDAY, "why")
        with pytest.raises(RefusedError, match="may not add credentials"):
            verbs.issue(NEW, small.ana, MONDAY, by)
        with pytest.raises(RefusedError, match="may not change credentials"):
            verbs.lose(small.ana.credentials.get(), MONDAY, by)
    assert not CredentialEvent.objects.exists()
