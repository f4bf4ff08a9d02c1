from station.presence import LEFT_MS
from station.reader import Credential, Removed
from tests.fakes.station import ANA, BEN, CARA, Bench, broken_disk

SUN = Credential("sun", "", "iso-dep", 2, "sun.picc_data=0123&cmac=4567")


def test_a_card_only_central_can_open_is_welcomed_and_kept_as_its_evidence(bench: Bench) -> None:
    bench.expect(ANA)
    assert bench.tap(SUN) == "WELCOME"
    (tap,) = bench.taps()
    assert (tap.token, tap.key_id, tap.evidence) == (None, None, SUN.evidence)
    # Read again from the same holding it is the same; the next reading differs by itself.
    bench.clock.advance(1_000)
    assert bench.tap(SUN) == "ALREADY_TAPPED"
    assert bench.tap(SUN._replace(evidence="sun.picc_data=89ab&cmac=cdef")) == "WELCOME"
    assert [tap.flags for tap in bench.taps()] == [{}, {}]


def test_what_a_reader_found_out_about_a_card_is_flagged(bench: Bench) -> None:
    bench.tap(ANA._replace(finding="sun_plain"))
    assert [tap.flags for tap in bench.taps()] == [{"sun_plain": 1}]


def test_a_card_left_on_the_reader_is_told_once_and_counted_in_the_next_tap_there(bench: Bench) -> None:
    bench.react(bench.present(ANA))
    bench.wait(LEFT_MS)
    assert not bench.station.presence.has_card_left
    bench.wait(60_000)
    assert bench.station.presence.has_card_left
    bench.react(Removed("nfc", bench.clock.raw_ms))
    assert not bench.station.presence.has_card_left
    bench.tap(CARA, reader="scanner")
    bench.tap(BEN)
    bench.tap(CARA)
    assert [tap.flags for tap in bench.taps()] == [{}, {}, {"card_left": 1}]


def test_a_lost_tap_whose_card_was_left_lying_may_be_tried_again(bench: Bench) -> None:
    bench.tap(ANA)
    bench.clock.advance(120_000)
    with broken_disk(bench.journal):
        bench.react(bench.present(ANA))
        bench.wait(20_000)
        bench.react(Removed("nfc", bench.clock.raw_ms))
    assert bench.tap(ANA) == "WELCOME"
