"""Single stories of clocks, outages and reboots."""

from dataclasses import replace

from central.timeline import BeaconFact, Interval, KnownFact, ReceiptFact, Stamped, resolve
from tests.fakes.histories import DAY_MS, EPS_MS, HOUR_MS, START_MS, Life


def _width(interval: Interval) -> int:
    assert interval.earliest_ms is not None
    assert interval.latest_ms is not None
    return interval.latest_ms - interval.earliest_ms


def _solve(life: Life) -> list[Interval]:
    return resolve(life.history.entries, life.history.facts)


def test_no_entries_have_no_intervals() -> None:
    assert resolve([]) == []


def test_without_any_evidence_nothing_is_bounded() -> None:
    assert resolve([Stamped(1, 1_000, START_MS, 0, 500)]) == [Interval(None, None)]


def test_a_tap_beside_a_beacon_is_known_to_the_network_delay() -> None:
    life = Life()
    life.exchange()
    tap = life.write()
    life.exchange()
    assert _width(_solve(life)[tap]) < 400


def test_a_day_and_a_half_offline_in_one_boot_costs_seconds() -> None:
    life = Life()
    life.exchange()
    life.wait(18 * HOUR_MS)
    tap = life.write()
    life.wait(18 * HOUR_MS)
    life.exchange()
    assert 10_000 < _width(_solve(life)[tap]) < 30_000


def test_a_reboot_offline_leaves_only_the_order_of_things() -> None:
    life = Life()
    life.exchange()
    life.reboot(HOUR_MS, 0)
    life.wait(60_000)
    tap = life.write()
    life.reboot(2 * HOUR_MS, 0)
    life.wait(60_000)
    life.exchange()
    interval = _solve(life)[tap]
    assert 3 * HOUR_MS < _width(interval) < 3 * HOUR_MS + 5 * 60_000


def test_taps_before_the_first_contact_are_bounded_backwards_within_their_boot() -> None:
    life = Life()
    tap = life.write()
    life.wait(30 * HOUR_MS)
    life.exchange()
    assert _width(_solve(life)[tap]) < 60_000


def test_a_file_carried_in_by_hand_says_only_not_later_than() -> None:
    life = Life()
    tap = life.write()
    received_ms = int(life.now_ms) + DAY_MS
    interval = resolve(life.history.entries, [ReceiptFact(tap, received_ms, EPS_MS)])[tap]
    assert interval == Interval(None, received_ms + EPS_MS, provable_latest_ms=received_ms + EPS_MS)


def test_a_person_who_attests_one_tap_dates_its_whole_boot() -> None:
    life = Life()
    pupil = life.write()
    life.wait(HOUR_MS)
    staff = life.write()
    attested_ms = int(life.now_ms)
    fact = KnownFact(staff, attested_ms - 300_000, attested_ms + 300_000)
    interval = resolve(life.history.entries, [fact])[pupil]
    assert 600_000 < _width(interval) < 603_000


def test_bounds_proven_earlier_let_the_tail_be_resolved_alone() -> None:
    life = Life()
    life.exchange()
    life.wait(HOUR_MS)
    cut = life.write()
    life.wait(HOUR_MS)
    life.write()
    whole = _solve(life)
    cut_at = whole[cut]
    known = KnownFact(0, cut_at.earliest_ms, cut_at.latest_ms, cut_at.provable_earliest_ms)
    tail = resolve(life.history.entries[cut:], [known])
    assert tail[0] == whole[cut]
    assert abs(_width(tail[1]) - _width(whole[-1])) <= 4


def test_a_synchronised_wall_clock_narrows_what_no_beacon_reached() -> None:
    life = Life()
    tap = life.write(wall_error_ms=200)
    interval = _solve(life)[tap]
    assert interval == Interval(START_MS + 200 - 500, START_MS + 200 + 500)


def test_an_error_bound_below_half_a_second_is_not_believed() -> None:
    life = Life()
    tap = life.write(wall_error_ms=0, max_error_ms=0)
    assert _width(_solve(life)[tap]) == 1_000


def test_a_wall_clock_nobody_calls_synchronised_counts_for_nothing() -> None:
    entry = Stamped(1, 1_000, START_MS, 0, 500)
    assert resolve([entry, replace(entry, sync_state=2)]) == [Interval(None, None)] * 2


def test_a_wall_clock_three_hours_off_is_dropped_and_the_tap_goes_to_a_person() -> None:
    life = Life()
    life.exchange()
    tap = life.write(wall_error_ms=3 * HOUR_MS)
    other = life.write()
    life.exchange()
    intervals = _solve(life)
    assert intervals[tap].is_contradiction
    assert intervals[tap].is_clock_doubted
    assert _width(intervals[tap]) < 400
    assert not intervals[other].is_contradiction


def test_a_wall_clock_some_seconds_off_is_dropped_and_the_proof_still_dates_the_tap() -> None:
    life = Life()
    life.exchange()
    tap = life.write(wall_error_ms=5_000)
    life.exchange()
    interval = _solve(life)[tap]
    assert interval.is_clock_doubted
    assert not interval.is_contradiction
    assert _width(interval) < 400


def test_one_disproved_claim_takes_its_whole_stretch_with_it() -> None:
    life = Life()
    far = life.write(wall_error_ms=3_000)
    life.wait(6 * HOUR_MS)
    life.exchange()
    near = life.write(wall_error_ms=3_000)
    life.exchange()
    intervals = _solve(life)
    assert intervals[near].is_clock_doubted
    assert intervals[far].is_clock_doubted
    assert 8_000 < _width(intervals[far]) < 9_000


def test_a_step_parts_a_wrong_stretch_from_a_right_one() -> None:
    life = Life()
    life.write(wall_error_ms=HOUR_MS)
    life.wait(30_000)
    right = life.write(wall_error_ms=0)
    life.wait(1_000)
    life.exchange()
    intervals = _solve(life)
    assert intervals[0].is_clock_doubted
    assert not intervals[right].is_clock_doubted


def test_two_claims_that_contradict_each_other_are_both_dropped() -> None:
    life = Life()
    first = life.write(wall_error_ms=0)
    life.wait(60_000)
    second = life.write(wall_error_ms=HOUR_MS)
    intervals = _solve(life)
    assert [intervals[n].is_clock_doubted for n in (first, second)] == [True, True]
    assert [intervals[n].is_contradiction for n in (first, second)] == [True, True]
    assert intervals[first].earliest_ms is None


def test_a_wrong_claim_does_not_take_a_right_one_down_when_a_beacon_can_tell_them_apart() -> None:
    life = Life()
    life.write(wall_error_ms=HOUR_MS)
    life.wait(60_000)
    life.exchange()
    life.reboot(HOUR_MS, 0)
    right = life.write(wall_error_ms=0)
    interval = _solve(life)[right]
    assert not interval.is_clock_doubted
    assert _width(interval) == 1_000


def test_proofs_that_contradict_one_another_flag_the_whole_boot_and_no_other() -> None:
    life = Life()
    life.exchange()
    life.reboot(HOUR_MS, 0)
    early = life.write()
    life.wait(30 * DAY_MS)
    life.exchange()
    life.wait(60_000)
    late = life.write()
    life.exchange()
    life.reboot(DAY_MS, 0)
    life.exchange()
    beacon = next(fact for fact in life.history.facts if isinstance(fact, BeaconFact) and fact.index > early)
    life.history.facts.append(replace(beacon, t2_ms=beacon.t2_ms + HOUR_MS, t3_ms=beacon.t3_ms + HOUR_MS))
    intervals = _solve(life)
    assert [interval.is_contradiction for interval in intervals] == [
        entry.boot == 2 for entry in life.history.entries
    ]
    assert early < late


def test_a_beacon_from_before_the_reboot_is_not_read_on_the_new_raw_clock() -> None:
    life = Life()
    life.wait(HOUR_MS)
    t1_raw_ms, at_ms = life.raw_ms(), int(life.now_ms)
    tap = life.write()
    life.reboot(60_000, 0)
    index = life.write()
    stray = BeaconFact(index, t1_raw_ms, t1_raw_ms + 50, at_ms, at_ms, EPS_MS)
    before, carrier = resolve(life.history.entries, [stray])
    assert before == Interval(None, None)
    assert (carrier.earliest_ms, carrier.latest_ms) == (at_ms - EPS_MS, None)
    named = resolve(life.history.entries, [replace(stray, boot=1)])
    assert _width(named[tap]) < 400
    assert named[index].earliest_ms is not None
    assert named[index].latest_ms is None


def test_a_beacon_of_a_boot_the_chain_does_not_hold_says_only_that_its_entry_came_later() -> None:
    entry = Stamped(3, 1_000, 0, 0, 500)
    fact = BeaconFact(0, 100, 200, START_MS, START_MS + 7, EPS_MS, boot=2)
    later_ms = START_MS + 7 - EPS_MS
    assert resolve([entry], [fact]) == [Interval(later_ms, None, provable_earliest_ms=later_ms)]


def test_two_readers_that_cross_by_a_moment_stay_in_one_boot() -> None:
    life = Life()
    life.exchange()
    before = life.history.entries[-1]
    life.history.entries.append(replace(before, raw_ms=before.raw_ms - 40))
    assert _width(resolve(life.history.entries, life.history.facts)[-1]) < 400


def test_a_raw_clock_that_ran_back_within_one_boot_number_is_another_life() -> None:
    life = Life()
    life.wait(HOUR_MS)
    life.exchange()
    before = life.history.entries[-1]
    life.history.entries.append(replace(before, raw_ms=5_000))
    *_, last, other = _solve(life)
    assert last.earliest_ms is not None
    assert other.earliest_ms is not None
    assert 0 <= last.earliest_ms - other.earliest_ms <= 2
    assert other.latest_ms is None


def test_the_server_may_be_wrong_by_as_much_as_it_admits_and_clocks_are_cut_to_milliseconds() -> None:
    entries = [Stamped(1, 1_000, 0, 0, 500), Stamped(1, 1_000, 0, 0, 500)]
    fact = BeaconFact(1, 1_000, 1_000, START_MS, START_MS + 7, 50)
    before, carrier = resolve(entries, [fact])
    assert before == Interval(START_MS + 7 - 50 - 1, START_MS + 50 + 1)
    # The reply was signed before it could be written down, whatever any clock says.
    assert carrier.earliest_ms == carrier.provable_earliest_ms == START_MS + 7 - 50


def test_leap_into_the_next_century_costs_no_precision() -> None:
    far_ms = START_MS + 75 * 365 * DAY_MS
    entry = Stamped(1, 10 * 365 * DAY_MS, 0, 0, 500)
    fact = BeaconFact(0, entry.raw_ms - 100, entry.raw_ms, far_ms, far_ms + 5, EPS_MS)
    assert _width(resolve([entry], [fact])[0]) < 250
