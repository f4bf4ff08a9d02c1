"""The letters of printed documents: every name as it is written, or the nearest and a word."""

import pytest

from central.reports import lettering

NAMES = ("Nguyễn Thị Đào", "Wałęsa, Żółć", "Núñez-O'Brien", "Šimůnek", "Ağaoğlu", "Ørsted", "Иванова")


def test_a_machine_with_the_fonts_of_dejavu_draws_every_name_as_it_is_written() -> None:
    letters = lettering.register()
    if "DejaVu" not in letters.source:
        pytest.skip("the fonts are missing: apt-get install fonts-dejavu-core")
    assert [letters.drawn(name) for name in NAMES] == list(NAMES)
    assert not letters.lacks(NAMES)


def test_the_fonts_that_come_along_draw_the_nearest_and_say_so() -> None:
    letters = lettering.built_in()
    assert letters.drawn("Núñez-O'Brien") == "Núñez-O'Brien"
    assert not letters.lacks(["Núñez-O'Brien", "Müller"])
    assert letters.drawn("Nguyễn Thị Đào") == "Nguyen Thi Đào"
    assert letters.drawn("Żółć, Wałęsa") == "Zółć, Wałesa"
    assert letters.lacks(["Müller", "Wałęsa"])
    assert "apt-get install fonts-dejavu-core" in letters.advice


def test_a_letter_no_font_has_is_a_question_mark_and_never_nothing() -> None:
    letters = lettering.register()
    assert letters.drawn("李 Li") == "? Li"
    assert letters.lacks(["李"])
    assert "go by the number" in letters.advice or "DejaVu" not in letters.source


def test_an_accent_written_as_two_signs_is_drawn_as_one_letter() -> None:
    letters = lettering.register()
    assert letters.drawn("Jose\u0301") == "José"
    assert not letters.lacks(["Jose\u0301"])
    assert letters.width("Jose\u0301", 10) == letters.width("José", 10)
