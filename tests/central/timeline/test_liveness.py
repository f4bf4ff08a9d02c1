"""A station is called alive or silent only for as long as nobody can dispute it."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from central.timeline.facts import Interval, Stamped
from central.timeline.liveness import LONGEST_MS, Liveness, liveness

MINUTE = 60_000
HOUR = 60 * MINUTE
NOON = 1_700_000_000_000


def lived(
    truths: Sequence[tuple[int, int]], width_ms: int = 200, within: tuple[int, int] | None = None
) -> Liveness:
    """Return the liveness of entries of `(boot, true minute)`, each known to `width_ms`."""
    entries, intervals = [], []
    began: dict[int, int] = {}
    for boot, minute in truths:
        at_ms = NOON + minute * MINUTE
        began.setdefault(boot, at_ms)
        entries.append(Stamped(boot, at_ms - began[boot] + 5_000, 0, 0, 500))
        intervals.append(Interval(at_ms - width_ms // 2, at_ms + width_ms // 2))
    return liveness(entries, intervals, within=within)


def test_signs_of_life_every_quarter_of_an_hour_are_an_unbroken_life() -> None:
    found = lived([(1, minute) for minute in range(0, 241, 15)])
    assert found.silences == ()
    assert found.alive_minutes == 239


def test_a_longer_pause_in_one_boot_is_a_silence_however_little_is_known_of_the_time() -> None:
    found = lived([(1, 0), (1, 15), (1, 60), (1, 75)], width_ms=10 * HOUR)
    (silence,) = found.silences
    assert (silence.after, silence.from_ms, silence.to_ms) == (1, None, None)
    assert 44 * MINUTE < silence.least_ms < 45 * MINUTE
    assert found.alive_minutes == 29


def test_a_silence_over_a_restart_is_as_long_as_the_intervals_prove() -> None:
    (silence,) = lived([(1, 0), (2, 60)], width_ms=10 * MINUTE).silences
    assert (silence.from_ms, silence.to_ms) == (NOON + 5 * MINUTE, NOON + 55 * MINUTE)
    assert silence.least_ms == 50 * MINUTE


def test_over_a_restart_nothing_is_alive_and_what_may_have_been_short_is_no_silence() -> None:
    assert lived([(1, 0), (2, 60)], width_ms=90 * MINUTE) == Liveness(0, ())


def test_only_what_lies_in_the_span_for_certain_is_counted_and_silences_are_cut_to_it() -> None:
    span = NOON + 30 * MINUTE, NOON + 120 * MINUTE
    found = lived([(1, 0), (1, 15), (1, 30), (1, 45), (2, 110), (2, 125), (2, 200)], within=span)
    assert found.alive_minutes == 0
    (silence,) = found.silences
    assert (silence.from_ms, silence.to_ms) == (NOON + 45 * MINUTE + 100, NOON + 110 * MINUTE - 100)


def test_a_silence_that_only_reaches_into_the_span_counts_from_its_beginning() -> None:
    span = NOON, NOON + 4 * HOUR
    found = lived([(1, -300), (2, 100), (2, 110)], within=span)
    (silence,) = found.silences
    assert (silence.from_ms, silence.to_ms) == (NOON, NOON + 100 * MINUTE - 100)
    assert found.alive_minutes == 9


def test_times_that_contradict_themselves_locate_nothing() -> None:
    entries = [Stamped(1, 0, 0, 0, 500), Stamped(2, 0, 0, 0, 500)]
    intervals = [Interval(0, 1, is_contradiction=True), Interval(5 * HOUR, 5 * HOUR)]
    assert liveness(entries, intervals) == Liveness(0, ())


def test_a_raw_clock_that_ran_back_is_another_life() -> None:
    entries = [Stamped(1, HOUR, 0, 0, 500), Stamped(1, 0, 0, 0, 500)]
    unknown = Interval(None, None)
    assert liveness(entries, [unknown, unknown]) == Liveness(0, ())


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 90)), min_size=2, max_size=30),
    st.integers(0, 3 * HOUR),
    st.integers(-150, 150),
)
def test_never_more_life_or_silence_than_there_was(
    steps: list[tuple[bool, int]], width_ms: int, drift_ppm: int
) -> None:
    boot, at_ms, raw_ms = 1, NOON, 0
    entries, intervals, alive_ms, silent_ms = [], [], 0, 0
    for number, (restarts, minutes) in enumerate(steps):
        passed_ms = minutes * MINUTE
        at_ms += passed_ms
        boot, raw_ms = (
            (boot + 1, 0) if restarts else (boot, raw_ms + passed_ms * (10**6 + drift_ppm) // 10**6)
        )
        if number and not restarts:
            alive_ms += passed_ms
        if number:
            silent_ms += passed_ms if passed_ms > LONGEST_MS - 1_000 else 0
        entries.append(Stamped(boot, raw_ms, 0, 0, 500))
        intervals.append(Interval(at_ms - width_ms, at_ms + width_ms))
    found = liveness(entries, intervals)
    assert found.alive_ms <= alive_ms
    assert sum(silence.least_ms for silence in found.silences) <= silent_ms
