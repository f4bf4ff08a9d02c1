"""Who is let in, in which lane, and when to come back: counts and places, on a clock set by hand."""

import pytest

from central.intake.acks import reconnect_window_s
from central.intake.admission import LANE_SHARE, MOST_WAIT_S, Admission, Asking, Busy, Lane, Turn

LINE, OTHER_LINE = "192.0.2.1", "192.0.2.2"


def live(station: str | None = "st-1", line: str = LINE) -> Asking:
    return Asking(station, line, entries=4, size=900)


def drain(station: str = "st-1", line: str = LINE) -> Asking:
    return Asking(station, line, entries=500, size=30_000)


def let_in(admission: Admission, asking: Asking, at_s: float = 0.0) -> Turn:
    turn = admission.ask(asking, at_s)
    assert isinstance(turn, Turn), turn
    admission.prove(turn)
    return turn


def sent_away(admission: Admission, asking: Asking, at_s: float = 0.0) -> Busy:
    busy = admission.ask(asking, at_s)
    assert isinstance(busy, Busy), busy
    return busy


def ask_all(admission: Admission, asked: list[Asking], at_s: float = 0.0) -> tuple[list[Turn], list[Busy]]:
    answers = [admission.ask(one, at_s) for one in asked]
    turns = [one for one in answers if isinstance(one, Turn)]
    return turns, [one for one in answers if isinstance(one, Busy)]


def known(admission: Admission, stations: list[str], line: str = LINE, at_s: float = 0.0) -> None:
    """Let each station be heard once, as on any earlier day."""
    for station in stations:
        admission.done(let_in(admission, live(station, line), at_s), at_s)


@pytest.mark.parametrize(
    ("entries", "size", "lane", "units"),
    [
        (0, 600, Lane.LIVE, 1),
        (49, 2_000, Lane.LIVE, 1),
        (50, 2_000, Lane.DRAIN, 2),
        (100, 5_000, Lane.DRAIN, 3),
        (500, 30_000, Lane.DRAIN, 11),
        (10**18, 30_000, Lane.DRAIN, 11),
        # A range that is too small for the length beside it says nothing.
        (1, 60_000, Lane.DRAIN, 1),
        (None, 700, Lane.LIVE, 1),
        (None, 60_000, Lane.DRAIN, 11),
        (1, None, Lane.DRAIN, 1),
        (None, None, Lane.DRAIN, 11),
    ],
)
def test_headers_alone_tell_the_lane_and_the_work(
    entries: int | None, size: int | None, lane: Lane, units: int
) -> None:
    asking = Asking("st-1", LINE, entries, size)
    assert (asking.lane, asking.units) == (lane, units)


def test_no_more_is_let_in_than_four_seconds_of_work_and_each_lane_leaves_the_other_a_second() -> None:
    stations = [f"st-{n}" for n in range(200)]
    admission = Admission(units_a_second=100.0)
    known(admission, stations)
    drains, _ = ask_all(admission, [drain(one) for one in stations])
    assert len(drains) == LANE_SHARE * MOST_WAIT_S * 100 // 11
    up_to_date = [f"st-live-{n}" for n in range(200)]
    known(admission, up_to_date)
    lives, shed = ask_all(admission, [live(one) for one in up_to_date])
    assert len(lives) == MOST_WAIT_S * 100 - len(drains) * 11
    assert len(shed) == 200 - len(lives)
    assert all(one.is_shed for one in shed)


def test_those_who_are_up_to_date_do_not_starve_those_with_a_backlog() -> None:
    stations = [f"st-{n}" for n in range(500)]
    admission = Admission(units_a_second=100.0)
    known(admission, stations)
    lives, _ = ask_all(admission, [live(one) for one in stations])
    assert len(lives) == LANE_SHARE * MOST_WAIT_S * 100
    assert isinstance(admission.ask(drain("st-behind"), 0.0), Turn)


def test_those_who_are_sent_away_come_back_one_after_the_other_and_after_those_who_wait() -> None:
    stations = [f"st-{n}" for n in range(600)]
    admission = Admission(units_a_second=100.0)
    known(admission, stations)
    _, shed = ask_all(admission, [live(one) for one in stations])
    places = [one.retry_after_s for one in shed]
    assert places == sorted(places)
    # 300 wait already, which takes three seconds; after that no second brings more than is done in one.
    assert places[0] == 4
    assert max(places.count(second) for second in set(places)) <= 100
    assert len(places) == 300
    assert places[-1] == 6


def test_who_asks_again_before_its_time_keeps_its_place_and_pushes_nobody_back() -> None:
    stations = [f"st-{n}" for n in range(302)]
    admission = Admission(units_a_second=100.0)
    known(admission, stations)
    _, (first, second) = ask_all(admission, [live(one) for one in stations])
    again = [sent_away(admission, live("st-300")).retry_after_s for _ in range(1_000)]
    assert set(again) == {first.retry_after_s}
    assert sent_away(admission, live("st-301")).retry_after_s == second.retry_after_s
    # A second later a second less is left of it.
    assert sent_away(admission, live("st-300"), at_s=1.0).retry_after_s == first.retry_after_s - 1


def test_the_rate_is_what_was_done_while_work_waited_and_not_what_came() -> None:
    quiet = Admission(units_a_second=400.0)
    at_s = 0.0
    for _ in range(50):
        turn = let_in(quiet, live(), at_s)
        quiet.done(turn, at_s + 0.1)
        at_s += 1.0
    assert quiet.units_a_second == 400.0

    busy = Admission(units_a_second=400.0)
    stations = [f"st-{n}" for n in range(20)]
    known(busy, stations)
    turns = [let_in(busy, live(one)) for one in stations]
    for turn in turns:
        busy.begin(turn, 0.0)
    at_s = 0.0
    for _ in range(800):
        at_s += 0.01
        done = turns.pop(0)
        busy.done(done, at_s)
        turns.append(let_in(busy, done.asking, at_s))
        busy.begin(turns[-1], at_s)
    assert busy.units_a_second == pytest.approx(100, rel=0.2)


def test_a_disk_that_stands_still_makes_the_wait_longer() -> None:
    stations = [f"st-{n}" for n in range(60)]
    admission = Admission(units_a_second=400.0)
    known(admission, stations)
    rates = []
    for second, station in enumerate(stations):
        turn = admission.ask(live(station), float(second))
        if isinstance(turn, Turn):
            admission.begin(turn, float(second))
        rates.append(admission.units_a_second)
    assert rates[-1] < 20
    assert rates == sorted(rates, reverse=True)


def test_lines_that_drip_do_not_make_the_machine_look_slow() -> None:
    stations = [f"st-{n}" for n in range(30)]
    admission = Admission(units_a_second=400.0)
    known(admission, stations)
    turns = [let_in(admission, live(one)) for one in stations]
    for second, turn in enumerate(turns, 1):
        admission.begin(turn, float(second))
        admission.done(turn, float(second))
    assert admission.units_a_second == 400.0


@pytest.mark.invariant(40)
def test_one_station_has_one_request_in_work_and_its_namesakes_elsewhere_their_own() -> None:
    admission = Admission()
    known(admission, ["st-1", "st-2"])
    turn = let_in(admission, live("st-1"))
    assert not sent_away(admission, live("st-1")).is_shed
    # Somebody who only names it, from elsewhere, has a share of his own.
    other = let_in(admission, live("st-1", OTHER_LINE))
    let_in(admission, live("st-2"))
    admission.done(turn, 0.1)
    admission.done(let_in(admission, live("st-1"), 0.1), 0.2)
    assert not sent_away(admission, live("st-1", OTHER_LINE), 0.2).is_shed
    admission.done(other, 0.3)


@pytest.mark.invariant(40)
def test_a_station_that_floods_is_let_in_ten_times_a_second_while_others_wait() -> None:
    admission = Admission()
    known(admission, ["st-bad", "st-good"])
    let_in(admission, live("st-good"))
    came = 0
    for tick in range(10_000):
        turn = admission.ask(live("st-bad"), tick / 1_000)
        if isinstance(turn, Turn):
            came += 1
            admission.done(turn, tick / 1_000)
    # Twenty at once, then ten a second.
    assert came == pytest.approx(20 + 10 * 10, abs=2)


def test_a_station_alone_drains_as_fast_as_it_can() -> None:
    admission = Admission()
    for tick in range(1_000):
        admission.done(let_in(admission, drain(), tick / 1_000), (tick + 1) / 1_000)


def test_what_proves_nothing_is_looked_at_twice_a_second_and_known_stations_of_that_line_go_on() -> None:
    admission = Admission()
    known(admission, ["st-good"])
    looked_at = 0
    for tick in range(10_000):
        at_s = tick / 1_000
        turn = admission.ask(live(f"st-{tick % 50}"), at_s)
        if isinstance(turn, Turn):
            looked_at += 1
            admission.fail(turn, at_s)
            admission.done(turn, at_s)
    assert looked_at == pytest.approx(20 + 2 * 10, abs=2)
    assert not sent_away(admission, live("st-new"), 10.0).is_shed
    let_in(admission, live("st-good"), 10.0)
    # Another line has nothing to do with it.
    let_in(admission, live("st-new", OTHER_LINE), 10.0)


def test_names_nobody_was_commissioned_with_share_one_turn_of_their_line_and_are_never_known() -> None:
    admission = Admission()
    turn = let_in(admission, live(None))
    assert isinstance(admission.ask(live(None), 0.0), Busy)
    admission.done(turn, 0.0)
    for _ in range(20):
        turn = let_in(admission, live(None), 0.0)
        admission.fail(turn, 0.0)
        admission.done(turn, 0.0)
    assert isinstance(admission.ask(live(None), 0.0), Busy)


def test_a_line_has_no_more_than_32_requests_in_work_of_stations_it_never_proved() -> None:
    admission = Admission()
    turns, away = ask_all(admission, [live(f"st-{n}") for n in range(100)])
    assert (len(turns), len(away)) == (32, 68)
    let_in(admission, live("st-99", OTHER_LINE))
    admission.done(turns[0], 0.1)
    let_in(admission, live("st-99"), 0.1)


def test_callers_are_forgotten_before_they_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("central.intake.admission._MOST_CALLERS", 10)
    admission = Admission()
    working = let_in(admission, live("st-works"))
    for n in range(100):
        admission.done(let_in(admission, live(f"st-{n}", f"192.0.2.{n}")), 0.0)
    assert len(admission._callers) == len(admission._lines) == 10
    admission.done(working, 0.0)


@pytest.mark.parametrize(
    ("stations", "units_a_second", "window_s"),
    [(1, 400, 2), (300, 400, 4), (25_000, 400, 300), (25_000, 1_000, 120), (300, 20, 72)],
)
@pytest.mark.invariant(40)
def test_the_window_is_a_fifth_more_than_everybody_s_work_takes(
    stations: int, units_a_second: float, window_s: int
) -> None:
    assert reconnect_window_s(stations, units_a_second) == window_s
