"""What a tap belongs to and what it shows, by the school's own rules."""

from datetime import datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from central.work.policy import JudgedDay, Policy, SeenTap, Session, Verdict, judge_day
from tests.fakes.school import MONDAY, at

POLICY = Policy()
ROOM, OTHER_ROOM = 1, 2
ALGEBRA = Session(at(MONDAY, "08:30"), at(MONDAY, "10:00"), 11, ROOM, MONDAY)
GEOMETRY = Session(at(MONDAY, "10:00"), at(MONDAY, "11:30"), 12, ROOM, MONDAY)
ENGLISH = Session(at(MONDAY, "12:30"), at(MONDAY, "14:00"), 13, OTHER_ROOM, MONDAY)


def tap(clock: str, *, room: int = ROOM, width_s: int = 1, is_repeat: bool = False) -> SeenTap:
    earliest = at(MONDAY, clock)
    return SeenTap(0, room, earliest, earliest + timedelta(seconds=width_s), is_repeat)


def judge(*taps: SeenTap, sessions: tuple[Session, ...] = (ALGEBRA,)) -> JudgedDay:
    numbered = [
        SeenTap(number, t.room_id, t.earliest_at, t.latest_at, t.is_repeat)
        for number, t in enumerate(taps, start=1)
    ]
    return judge_day(numbered, sessions, POLICY)


def verdicts(day: JudgedDay) -> list[Verdict]:
    return [day.verdicts[number][0] for number in sorted(day.verdicts)]


def test_a_class_can_be_entered_from_half_an_hour_before_its_start_to_its_end() -> None:
    for clock, verdict in [
        ("07:59:58", Verdict.NO_SESSION),
        ("08:00", Verdict.COUNTS),
        ("09:59:59", Verdict.COUNTS),
        ("10:00:01", Verdict.NO_SESSION),
    ]:
        assert verdicts(judge(tap(clock))) == [verdict], clock


def test_a_tap_whose_uncertainty_reaches_beyond_the_class_is_left_to_a_person() -> None:
    assert verdicts(judge(tap("07:59:59", width_s=2))) == [Verdict.TIME_REVIEW]
    assert verdicts(judge(tap("07:00", width_s=4 * 3600))) == [Verdict.TIME_REVIEW]


def test_first_tap_is_in_and_last_later_tap_is_out() -> None:
    presence = judge(tap("08:25"), tap("09:10"), tap("09:58")).presences[ALGEBRA]
    assert presence.first_in_at == at(MONDAY, "08:25:01")
    assert presence.last_out_at == at(MONDAY, "09:58")
    assert not presence.is_tardy
    assert not presence.left_early


def test_tardy_begins_after_fifteen_minutes_and_only_when_certain() -> None:
    assert not judge(tap("08:45", width_s=0)).presences[ALGEBRA].is_tardy
    assert judge(tap("08:45:01")).presences[ALGEBRA].is_tardy
    assert not judge(tap("08:44:59", width_s=3)).presences[ALGEBRA].is_tardy


def test_leaving_more_than_fifteen_minutes_early_is_said_and_fifteen_is_not() -> None:
    assert judge(tap("08:25"), tap("09:44:58")).presences[ALGEBRA].left_early
    assert not judge(tap("08:25"), tap("09:45", width_s=0)).presences[ALGEBRA].left_early


def test_somebody_leaving_after_the_bell_was_there_to_the_end_and_no_longer() -> None:
    presence = judge(tap("08:25"), tap("10:04")).presences[ALGEBRA]
    assert presence.last_out_at == ALGEBRA.ends_at


def test_a_tap_after_the_bell_alone_is_no_presence() -> None:
    day = judge(tap("10:04"))
    assert not day.presences
    assert verdicts(day) == [Verdict.NO_SESSION]


def test_a_repeat_is_not_a_departure() -> None:
    day = judge(tap("08:25"), tap("08:25:40", is_repeat=True))
    assert day.presences[ALGEBRA].last_out_at is None
    assert verdicts(day) == [Verdict.COUNTS, Verdict.REPEAT]


def test_a_repeat_stands_for_its_tap_when_that_fell_before_the_class_opened() -> None:
    day = judge(tap("07:59:50"), tap("08:00:30", is_repeat=True))
    assert day.presences[ALGEBRA].first_in_at == at(MONDAY, "08:00:31")
    assert verdicts(day) == [Verdict.NO_SESSION, Verdict.COUNTS]


def test_a_second_tap_before_the_bell_is_not_a_departure() -> None:
    assert judge(tap("08:20"), tap("08:28")).presences[ALGEBRA].last_out_at is None


def test_the_class_that_runs_takes_a_tap_before_the_one_that_only_opens() -> None:
    day = judge(tap("09:50"), sessions=(ALGEBRA, GEOMETRY))
    assert set(day.presences) == {ALGEBRA}


def test_a_tap_in_another_room_belongs_to_no_class_held_here() -> None:
    assert verdicts(judge(tap("08:35", room=OTHER_ROOM))) == [Verdict.NO_SESSION]


def test_two_classes_at_once_in_one_room_are_not_guessed_between() -> None:
    twin = Session(ALGEBRA.starts_at, ALGEBRA.ends_at, 99, ROOM, MONDAY)
    day = judge(tap("08:35"), sessions=(ALGEBRA, twin))
    assert verdicts(day) == [Verdict.AMBIGUOUS]
    assert not day.presences


def test_an_instant_known_to_no_minute_is_not_shown_as_one() -> None:
    presence = judge(tap("08:05", width_s=3600)).presences[ALGEBRA]
    assert presence.first_in_at is None
    assert not presence.is_tardy


def test_two_taps_that_may_have_come_in_either_order_show_no_departure() -> None:
    day = judge(tap("08:31", width_s=600), tap("08:35", width_s=600))
    assert day.presences[ALGEBRA].last_out_at is None


clocks = st.integers(0, 12 * 3600).map(lambda second: at(MONDAY, "06:00") + timedelta(seconds=second))


def _seen(number: int, start: datetime, width_s: int, room: int, is_repeat: bool) -> SeenTap:  # noqa: FBT001  drawn by hypothesis
    return SeenTap(number, room, start, start + timedelta(seconds=width_s), is_repeat)


@st.composite
def days(draw: st.DrawFn) -> list[SeenTap]:
    count = draw(st.integers(0, 6))
    widths, rooms = st.integers(0, 90), st.sampled_from([ROOM, OTHER_ROOM])
    return [
        _seen(number, draw(clocks), draw(widths), draw(rooms), draw(st.booleans())) for number in range(count)
    ]


@given(days(), st.randoms(use_true_random=False))
def test_a_day_is_judged_the_same_in_whatever_order_its_taps_became_known(
    taps: list[SeenTap], random: Random
) -> None:
    sessions = (ALGEBRA, GEOMETRY, ENGLISH)
    shuffled = random.sample(taps, len(taps))
    assert judge_day(taps, sessions, POLICY) == judge_day(shuffled, sessions, POLICY)


@given(days())
def test_presence_always_rests_on_a_tap_and_never_lasts_beyond_the_class(taps: list[SeenTap]) -> None:
    day = judge_day(taps, (ALGEBRA, GEOMETRY, ENGLISH), POLICY)
    for session, presence in day.presences.items():
        assert (Verdict.COUNTS, session) in day.verdicts.values()
        if presence.first_in_at and presence.last_out_at:
            assert presence.first_in_at <= presence.last_out_at <= session.ends_at
