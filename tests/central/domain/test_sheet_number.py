"""The number of a paper sheet: copied wrongly it is noticed, and its code says what was printed."""

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain.sheet_number import (
    ALPHABET,
    MOST,
    SheetCode,
    SheetNumberError,
    number_of,
    serial_of,
    tidy,
)

SERIALS = st.integers(0, MOST)
MONDAY, FRIDAY = date(2024, 9, 9), date(2024, 9, 13)


@given(SERIALS)
def test_a_number_leads_back_to_its_serial_however_it_is_typed(serial: int) -> None:
    number = number_of(serial)
    assert serial_of(number) == serial
    assert serial_of(f" {number.replace('-', ' ').lower()} ") == serial
    assert tidy(number.replace("-", "").lower()) == number


@given(SERIALS, st.integers(0, 6), st.sampled_from(ALPHABET))
def test_one_character_copied_wrongly_is_noticed(serial: int, place: int, other: str) -> None:
    right = number_of(serial).replace("-", "")
    if right[place] == other:
        return
    with pytest.raises(SheetNumberError, match="look at the sheet again"):
        serial_of(right[:place] + other + right[place + 1 :])


@given(SERIALS)
def test_two_characters_exchanged_are_noticed(serial: int) -> None:
    right = number_of(serial).replace("-", "")
    for one, other in itertools.combinations(range(len(right)), 2):
        letters = list(right)
        letters[one], letters[other] = letters[other], letters[one]
        if letters[one] != letters[other]:
            with pytest.raises(SheetNumberError):
                serial_of("".join(letters))


@pytest.mark.parametrize("typed", ["", "7JH-RHC", "7JH-RHCPP", "7JH-RHC0", "O3H-RHCP", "٣JH-RHCP"])
def test_what_is_no_number_is_refused_in_words(typed: str) -> None:
    with pytest.raises(SheetNumberError, match="sheet number"):
        serial_of(typed)


def test_there_are_numbers_for_every_sheet_of_a_school() -> None:
    assert len({number_of(serial) for serial in range(5000)}) == 5000
    assert MOST > 100_000_000
    for serial in (-1, MOST + 1):
        with pytest.raises(SheetNumberError):
            number_of(serial)


def test_sheets_printed_one_after_the_other_do_not_look_alike() -> None:
    for serial in range(1, 500):
        pairs = zip(number_of(serial), number_of(serial + 1), strict=True)
        assert sum(one != other for one, other in pairs) >= 3


@given(SERIALS, st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=14))
def test_a_code_says_what_was_printed(serial: int, section: str, school: str) -> None:
    code = SheetCode(school, section, MONDAY, FRIDAY, number_of(serial))
    assert code.text.isascii()
    assert SheetCode.parse(f"{code.text}\n") == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://example.org",
        f"RB1/3400/ALG/2024-09-09/{number_of(7)}",
        f"RB1/3400/ALG/2024-13-09/2024-09-13/{number_of(7)}",
        f"RB1/3400/ALG/2024-09-13/2024-09-09/{number_of(7)}",
        f"RB1/3400/ALG/2024-09-09/2024-09-13/{number_of(7).lower()}",
        f"RB2/3400/ALG/2024-09-09/2024-09-13/{number_of(7)}",
    ],
)
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(SheetNumberError):
        SheetCode.parse(text)
