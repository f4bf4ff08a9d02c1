"""However a card lies, jitters or is swapped, it is one tap."""

from hypothesis import given
from hypothesis import strategies as st

from station.reader import (
    Asked,
    Credential,
    Presented,
    ReaderEvent,
    Reason,
    Removed,
    TwoCards,
    Unreadable,
)
from station.reader.hold import CROWD, SWAPS_OF_NO_HAND, Hold, Request, Sight

ANA = Credential("uid", "82acb95d", "nfc-a", 1, None)
BEN = Credential("uid", "04a1b2c3d4e580", "nfc-a", 1, None)
POLL_MS = 60
OUTAGE = Request("staff:outage")
# Tags whose number only central can open.
NAMELESS = [Credential("sun", "", "iso-dep", 2, f"sun.{evidence}") for evidence in "ab"]

SIGHTS = st.sampled_from([None, ANA, BEN, *NAMELESS, Reason.TORN, Reason.FOREIGN, CROWD, OUTAGE])


def _watch(*sights: Sight, poll_ms: int = POLL_MS) -> list[ReaderEvent]:
    hold = Hold("nfc")
    return [event for n, sight in enumerate(sights) for event in hold.see(sight, n * poll_ms)]


def _names(events: list[ReaderEvent]) -> list[str]:
    return [type(event).__name__ for event in events]


def test_two_missed_polls_are_jitter() -> None:
    assert _names(_watch(ANA, None, None, ANA, None, None, ANA)) == ["Presented"]


def test_three_missed_polls_are_a_card_taken_away() -> None:
    assert _names(_watch(ANA, None, None, None, None)) == ["Presented", "Removed"]


def test_missed_polls_in_quick_succession_are_still_jitter() -> None:
    assert _names(_watch(ANA, *[None] * 14, ANA, poll_ms=10)) == ["Presented"]


def test_a_card_that_comes_back_is_presented_again() -> None:
    assert _names(_watch(ANA, None, None, None, ANA)) == ["Presented", "Removed", "Presented"]


def test_a_card_left_when_it_was_last_seen_not_when_it_was_missed() -> None:
    assert _watch(ANA, ANA, None, None, None) == [Presented(ANA, "nfc", 0), Removed("nfc", POLL_MS)]


def test_the_same_card_after_the_reader_was_blind_is_presented_again() -> None:
    # Unplugged for an hour with the card on it: nobody can say that it lay there all the time.
    assert _names(_watch(ANA, ANA, poll_ms=3_600_000)) == ["Presented", "Removed", "Presented"]


def test_the_next_student_s_card_without_a_gap_is_a_new_tap() -> None:
    assert _watch(ANA, BEN) == [Presented(ANA, "nfc", 0), Removed("nfc", 0), Presented(BEN, "nfc", POLL_MS)]


def _cards(count: int) -> list[Sight]:
    return [Credential("uid", f"{number:08x}", "nfc-a", 1, None) for number in range(count)]


def test_a_device_that_is_another_card_at_every_look_is_several_and_counts_no_more() -> None:
    hold = Hold("nfc", most_swaps=SWAPS_OF_NO_HAND)
    sights = [*_cards(30), *5 * [None], ANA]
    events = [event for n, sight in enumerate(sights) for event in hold.see(sight, n * POLL_MS)]
    changing = (SWAPS_OF_NO_HAND - 1) * ["Presented", "Removed"]
    assert _names(events) == [*changing, "Presented", "TwoCards", "Removed", "Presented"]


def test_after_such_a_device_a_card_that_stays_is_read_though_the_field_was_never_empty() -> None:
    hold = Hold("nfc", most_swaps=SWAPS_OF_NO_HAND)
    sights = [*_cards(30), *10 * [ANA], BEN, BEN]
    events = [event for n, sight in enumerate(sights) for event in hold.see(sight, n * POLL_MS)]
    told = [event.credential for event in events if isinstance(event, Presented)]
    assert told[-2:] == [ANA, BEN]
    assert told.count(ANA) == 1


def test_of_two_cards_seen_together_none_is_read_until_both_are_gone() -> None:
    assert _names(_watch(CROWD, *10 * [ANA])) == ["TwoCards"]


def test_cards_seen_twice_each_are_as_many_students_however_quick() -> None:
    hold = Hold("nfc", most_swaps=SWAPS_OF_NO_HAND)
    sights = [sight for card in _cards(30) for sight in (card, card)]
    events = [event for n, sight in enumerate(sights) for event in hold.see(sight, n * POLL_MS)]
    assert _names(events).count("Presented") == 30


def test_a_scanner_that_brings_many_readings_at_once_loses_none() -> None:
    assert _names(_watch(*_cards(30), poll_ms=0)).count("Presented") == 30


def test_a_phone_whose_evidence_differs_is_the_same_phone() -> None:
    first, second = (Credential("sc1", "0123456789abcdef", "iso-dep", 3, evidence) for evidence in "ab")
    assert _names(_watch(first, second)) == ["Presented"]


def test_a_tag_without_a_name_is_held_as_long_as_its_evidence_stays() -> None:
    assert _names(_watch(*3 * NAMELESS[:1])) == ["Presented"]


def test_two_tags_without_a_name_are_never_taken_for_one() -> None:
    # Each proves something else, so that one tap too many is possible and one too few is not.
    assert _names(_watch(*NAMELESS)) == ["Presented", "Removed", "Presented"]


def test_two_students_300_ms_apart_are_two_taps() -> None:
    gap = 300 // POLL_MS * [None]
    assert _names(_watch(ANA, ANA, *gap, BEN, BEN)) == ["Presented", "Removed", "Presented"]
    assert _names(_watch(ANA, ANA, *gap, ANA, ANA)) == ["Presented", "Removed", "Presented"]


def test_a_line_of_staff_s_that_a_scanner_repeats_is_said_once() -> None:
    assert _watch(*5 * [OUTAGE]) == [Asked("staff:outage", "nfc", 0)]


def test_a_line_of_staff_s_is_no_card_and_takes_the_place_of_one() -> None:
    assert _names(_watch(ANA, OUTAGE, Request("staff:time"), None, None, None, OUTAGE)) == [
        "Presented",
        "Removed",
        "Asked",
        "Asked",
        "Asked",
    ]


def test_one_torn_reading_of_a_held_card_is_jitter() -> None:
    assert _names(_watch(ANA, Reason.TORN, Reason.TORN, ANA)) == ["Presented"]


def test_a_card_swapped_for_an_unreadable_one_is_removed() -> None:
    assert _names(_watch(ANA, *[Reason.FOREIGN] * 5)) == ["Presented", "Removed", "Unreadable"]


def test_a_torn_card_that_is_read_after_all_is_presented() -> None:
    assert _names(_watch(Reason.TORN, Reason.TOO_SLOW, ANA)) == ["Unreadable", "Presented"]


def test_of_two_cards_the_one_left_over_is_not_read() -> None:
    assert _names(_watch(CROWD, ANA, ANA, None, ANA)) == ["TwoCards"]
    assert _names(_watch(CROWD, ANA, None, None, None, ANA)) == ["TwoCards", "Presented"]


def test_a_second_card_laid_on_a_read_one_undoes_nothing() -> None:
    assert _names(_watch(ANA, CROWD, None, None, None)) == ["Presented", "TwoCards", "Removed"]


@given(st.lists(SIGHTS, max_size=60), st.integers(1, 200))
def test_every_presentation_is_removed_before_the_next(sights: list[Sight], poll_ms: int) -> None:
    events = _watch(*sights, *[None] * 200, poll_ms=poll_ms)
    about_one = [name for name in _names(events) if name in ("Presented", "Removed")]
    assert about_one == ["Presented", "Removed"] * (len(about_one) // 2)


@given(st.lists(SIGHTS, max_size=60))
def test_nothing_is_reported_that_was_not_seen(sights: list[Sight]) -> None:
    events = _watch(*sights)
    assert {event.credential for event in events if isinstance(event, Presented)} <= set(sights)
    assert any(isinstance(event, TwoCards) for event in events) == (CROWD in sights)
    if not any(isinstance(sight, Reason) for sight in sights):
        assert not any(isinstance(event, Unreadable) for event in events)


@given(st.sampled_from([ANA, NAMELESS[0], Reason.TORN, CROWD, OUTAGE]), st.integers(1, 50))
def test_what_lies_still_is_reported_once(sight: Sight, times: int) -> None:
    assert len(_watch(*[sight] * times)) == 1
