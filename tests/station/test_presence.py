import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.presence import BOUNCE_MS, LEFT_MS, MOST_REMEMBERED, REPEAT_MS, Presence

ANA = b"a" * 16
BEN = b"b" * 16


@pytest.fixture
def presence() -> Presence:
    presence = Presence()
    presence.remember(ANA, 0, "nfc")
    presence.leave("nfc", 0)
    return presence


@pytest.mark.parametrize(
    ("after_ms", "is_bounce", "is_repeat"),
    [
        (0, True, True),
        (5_000, True, True),
        (5_001, False, True),
        (60_000, False, True),
        (60_001, False, False),
    ],
)
def test_a_return_is_a_bounce_to_5_s_a_repeat_to_60_s_and_then_a_tap(
    presence: Presence, after_ms: int, *, is_bounce: bool, is_repeat: bool
) -> None:
    assert presence.is_bounce(ANA, after_ms) is is_bounce
    assert presence.is_repeat(ANA, after_ms) is is_repeat


def test_another_students_card_is_no_return(presence: Presence) -> None:
    assert not presence.is_bounce(BEN, 1)
    assert not presence.is_repeat(BEN, 1)


def test_the_time_a_card_lay_on_the_reader_does_not_make_it_a_tap_of_its_own() -> None:
    presence = Presence()
    presence.remember(ANA, 0, "nfc")
    presence.leave("nfc", 600_000)
    assert presence.is_bounce(ANA, 600_000 + BOUNCE_MS)
    assert not presence.is_bounce(ANA, 600_001 + BOUNCE_MS)


def test_removal_from_one_reader_says_nothing_of_the_other() -> None:
    presence = Presence()
    presence.remember(ANA, 0, "nfc")
    presence.remember(BEN, 0, "scanner")
    presence.leave("scanner", 50_000)
    assert not presence.is_bounce(ANA, 50_001)
    assert presence.is_bounce(BEN, 50_001)


def test_bounces_are_counted_until_the_next_entry(presence: Presence) -> None:
    presence.merge(ANA, 1_000, "nfc")
    presence.merge(ANA, 2_000, "nfc")
    assert presence.merged(ANA) == 2
    assert presence.merged(BEN) == 0
    presence.remember(ANA, 90_000, "nfc")
    assert presence.merged(ANA) == 0


def test_a_card_that_flickers_on_the_reader_stays_one_presentation(presence: Presence) -> None:
    for raw_ms in range(4_000, 400_000, 4_000):
        assert presence.is_bounce(ANA, raw_ms)
        presence.merge(ANA, raw_ms, "nfc")
        presence.leave("nfc", raw_ms + 100)


def test_a_card_is_left_once_it_lay_for_more_than_ten_seconds(presence: Presence) -> None:
    presence.lay("nfc", 0)
    presence.lay("scanner", 1)
    assert presence.newly_left(LEFT_MS) == []
    assert presence.newly_left(LEFT_MS + 1) == ["nfc"]
    assert presence.newly_left(LEFT_MS + 1) == []
    assert presence.has_card_left
    presence.leave("nfc", LEFT_MS + 1)
    assert not presence.has_card_left
    presence.lay("nfc", 30_000)
    assert presence.newly_left(30_000) == ["scanner"]


def test_what_was_laid_down_and_not_stored_leaves_no_trace(presence: Presence) -> None:
    presence.lay("nfc", 90_000)
    presence.leave("nfc", 95_000)
    assert not presence.is_repeat(ANA, 95_000)


def test_what_is_remembered_is_bounded_and_the_oldest_goes_first() -> None:
    presence = Presence()
    for number in range(MOST_REMEMBERED + 1):
        presence.remember(number.to_bytes(16, "big"), number)
    assert not presence.is_repeat((0).to_bytes(16, "big"), MOST_REMEMBERED)
    assert presence.is_repeat((1).to_bytes(16, "big"), MOST_REMEMBERED)


@given(st.lists(st.integers(0, 200_000), min_size=1, max_size=30))
def test_every_presentation_is_an_entry_or_counted_in_a_later_one(gaps_ms: list[int]) -> None:
    presence, raw_ms, entries, waiting = Presence(), 0, 0, 0
    for gap_ms in gaps_ms:
        raw_ms += gap_ms
        if presence.is_bounce(ANA, raw_ms):
            assert gap_ms <= BOUNCE_MS
            presence.merge(ANA, raw_ms, "nfc")
            waiting += 1
        else:
            assert presence.is_repeat(ANA, raw_ms) is (entries > 0 and gap_ms <= REPEAT_MS)
            entries += 1 + presence.merged(ANA)
            waiting = 0
            presence.remember(ANA, raw_ms, "nfc")
        presence.leave("nfc", raw_ms)
    assert entries + waiting == len(gaps_ms)
