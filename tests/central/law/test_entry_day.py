"""How a record was first entered, by every combination of what is known of it."""

from datetime import date, timedelta
from itertools import product

import pytest

from central.law.entry_day import Entered, FirstEntry, how_entered

ON = date(2024, 9, 9)


@pytest.mark.parametrize("tapped_on", [ON, ON + timedelta(1), None])
def test_every_combination_is_told_apart(tapped_on: date | None) -> None:
    for is_same_day, is_of_taps, has_paper in product((True, False), repeat=3):
        if tapped_on == ON:
            expected = Entered.TAP
        elif is_same_day and not is_of_taps:
            expected = Entered.HAND
        elif has_paper:
            expected = Entered.PAPER
        elif is_of_taps:
            expected = Entered.UNPROVEN
        else:
            expected = Entered.LATE
        assert how_entered(FirstEntry(ON, tapped_on, is_same_day, is_of_taps, has_paper)) is expected


def test_the_letter_allows_what_was_entered_on_its_day_or_kept_on_paper() -> None:
    assert {each for each in Entered if each.is_as_asked} == {Entered.TAP, Entered.HAND, Entered.PAPER}
