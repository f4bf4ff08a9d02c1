"""What people say of a time counts where no proof denies it, and never silently where one does."""

from central.timeline import AttestedFact, BeaconFact, Interval, Stamped, resolve
from tests.fakes.histories import DAY_MS, EPS_MS, HOUR_MS, START_MS, Life

MARGIN_MS = 300_000


def word(index: int, at_ms: int, margin_ms: int = MARGIN_MS) -> AttestedFact:
    return AttestedFact(index, at_ms - margin_ms, at_ms + margin_ms)


def solve(life: Life, *words: AttestedFact) -> list[Interval]:
    return resolve(life.history.entries, [*life.history.facts, *words])


def test_a_word_dates_the_whole_boot_and_says_that_it_did() -> None:
    life = Life()
    pupil = life.write()
    life.wait(HOUR_MS)
    staff = life.write()
    found = solve(life, word(staff, int(life.now_ms)))[pupil]
    assert found.is_attested
    assert found.earliest_ms is not None
    assert found.latest_ms is not None
    assert 600_000 <= found.latest_ms - found.earliest_ms < 603_000
    assert (found.provable_earliest_ms, found.provable_latest_ms) == (None, None)


def test_a_word_between_exchanges_that_prove_better_adds_nothing() -> None:
    life = Life()
    life.exchange()
    tap = life.write()
    said = word(tap, int(life.now_ms))
    life.exchange()
    assert solve(life, said) == solve(life)
    assert not solve(life, said)[tap].is_attested


def test_a_word_that_a_proof_denies_does_not_count_and_shows() -> None:
    life = Life()
    life.exchange()
    tap = life.write()
    life.exchange()
    lie = word(tap, int(life.now_ms) + HOUR_MS)
    found = solve(life, lie)
    assert found[tap].is_word_refuted
    assert not found[tap].is_contradiction
    assert [(each.earliest_ms, each.latest_ms) for each in found] == [
        (each.earliest_ms, each.latest_ms) for each in solve(life)
    ]


def test_two_words_that_deny_each_other_are_both_left_out() -> None:
    life = Life()
    first = life.write()
    life.wait(60_000)
    second = life.write()
    now_ms = int(life.now_ms)
    found = solve(life, word(first, now_ms + 3 * HOUR_MS), word(second, now_ms))
    assert [each.is_word_refuted for each in found] == [True, True]
    assert [(each.earliest_ms, each.latest_ms) for each in found] == [(None, None)] * 2


def test_the_order_of_boots_alone_denies_a_word() -> None:
    life = Life()
    early = life.write()
    life.reboot(HOUR_MS, 0)
    life.write()
    life.exchange()
    found = solve(life, word(early, int(life.now_ms) + HOUR_MS))
    assert found[early].is_word_refuted
    assert found[early].earliest_ms is None


def test_a_word_reaches_no_other_boot_but_by_its_order() -> None:
    life = Life()
    before = life.write()
    life.reboot(DAY_MS, 0)
    said = life.write()
    life.reboot(DAY_MS, 0)
    after = life.write()
    fact = word(said, START_MS + DAY_MS)
    found = solve(life, fact)
    # Clocks cut to whole milliseconds cost one at each step from one reading to the next.
    assert found[before].earliest_ms is None
    assert 0 <= (found[before].latest_ms or 0) - fact.latest_ms <= 2
    assert found[after].latest_ms is None
    assert 0 <= fact.earliest_ms - (found[after].earliest_ms or 0) <= 2
    assert found[before].is_attested
    assert found[after].is_attested


def test_a_synchronised_clock_that_knows_better_takes_the_word_s_place() -> None:
    life = Life()
    tap = life.write(wall_error_ms=100)
    found = solve(life, word(tap, START_MS))[tap]
    assert found.earliest_ms == START_MS + 100 - 500
    assert not found.is_attested


def test_a_synchronised_clock_that_a_person_denies_goes_to_a_person() -> None:
    life = Life()
    tap = life.write(wall_error_ms=3 * HOUR_MS)
    found = solve(life, word(tap, START_MS))[tap]
    assert found.is_contradiction
    assert found.is_clock_doubted


def test_a_word_from_before_there_were_stations_is_refuted() -> None:
    tap = Stamped(1, 1_000, 0, 0, 500)
    found = resolve([tap], [word(0, 0)])[0]
    assert found.is_word_refuted
    assert found.earliest_ms is None


def test_what_is_provable_needs_neither_the_raw_clock_nor_a_person() -> None:
    life = Life()
    life.exchange()
    beacon = next(fact for fact in life.history.facts if isinstance(fact, BeaconFact))
    life.wait(2 * HOUR_MS)
    tap = life.write()
    life.wait(2 * HOUR_MS)
    life.exchange()
    sent_ms = int(life.now_ms)
    found = solve(life, word(tap, START_MS + 2 * HOUR_MS, 1))[tap]
    assert found.provable_earliest_ms == beacon.t3_ms - EPS_MS
    assert found.provable_latest_ms is not None
    assert sent_ms - 1_000 < found.provable_latest_ms < sent_ms
    assert found.is_attested
