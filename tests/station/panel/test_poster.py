import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.panel.patterns import Lamp, Pattern, pattern
from station.verdict import Sign, State, Verdict
from tests.fakes.senses import beeps_of, lamps_of, spans
from tests.health import source

FILE = "docs/howto/student-poster.html"
SIGNS: list[Sign] = [*Verdict, State.READER_DOWN]
CHROMIUM = Path("/usr/bin/chromium")
LETTER = (816, 1_056)
"""US Letter in the pixels of CSS."""


def poster() -> str:
    return source.text(FILE)


def symbol(name: str) -> str:
    """Return what a symbol of the poster draws."""
    found = re.findall(rf'<symbol id="{name}" .*?</symbol>', poster(), re.DOTALL)
    assert len(found) == 1, name
    return str(found[0])


def page(language: str) -> str:
    """Return the poster in one language."""
    found = re.findall(rf'<section class="page" lang="{language}">.*?</section>', poster(), re.DOTALL)
    assert len(found) == 1, language
    return str(found[0])


def bars(drawing: str, kind: str) -> Iterator[tuple[int, int]]:
    """Yield from when to when the bars of a lamp, or of the buzzer, reach; one unit is a millisecond."""
    for classes, start, width in re.findall(
        r'<rect class="([^"]+)" x="(\d+)" y="\d+" width="(\d+)"', drawing
    ):
        if kind in classes.split():
            yield int(start), int(start) + int(width)


def rounds(shape: Pattern, lamp: Lamp | None, until_ms: int) -> list[tuple[int, int]]:
    """Return what is lit, or heard, up to a moment, however often the pattern comes round until then."""
    total_ms = sum(step.ms for step in shape.steps)
    begins = range(0, until_ms if shape.goes_on else 1, total_ms)
    return [(at_ms + start, at_ms + end) for at_ms in begins for start, end in spans(shape, lamp)]


@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: sign.name)
def test_the_lamps_drawn_lit_are_those_that_are(sign: Sign) -> None:
    drawn = re.findall(r'<use href="#(on|off)" class="(\w+)"', symbol(f"panel-{sign.name}"))
    assert sorted(name for _, name in drawn) == sorted(lamp.name for lamp in Lamp)
    assert {name for state, name in drawn if state == "on"} == {lamp.name for lamp in lamps_of(pattern(sign))}


@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: sign.name)
def test_every_bar_is_as_long_as_the_light_or_the_beep(sign: Sign) -> None:
    shape, drawing = pattern(sign), symbol(f"beat-{sign.name}")
    until_ms = max(end for _, end in bars(drawing, "light"))
    for lamp in Lamp:
        assert list(bars(drawing, lamp.name)) == rounds(shape, lamp, until_ms), lamp
    assert list(bars(drawing, "sound")) == rounds(shape, None, until_ms)
    assert ('href="#again"' in drawing) == shape.goes_on
    assert ('href="#note"' in drawing) == bool(beeps_of(shape))


def test_both_languages_show_every_sign_a_student_may_meet_in_the_same_order() -> None:
    row = re.compile(
        r'<li data-sign="(\w+)">\s*<svg class="panel"><use href="#panel-(\w+)"/></svg>\s*<div>\s*'
        r'<h2>[^<]+</h2>\s*<p>[^<]+</p>\s*<svg class="beat"><use href="#beat-(\w+)"/></svg>'
    )
    english, spanish = (row.findall(page(language)) for language in ("en", "es"))
    assert english == spanish
    assert sorted(english) == sorted((sign.name,) * 3 for sign in SIGNS)


def test_a_caption_shows_the_lamp_it_is_for() -> None:
    captions = re.findall(r'<li data-lamp="(\w+)">\s*<svg><use href="#panel-(\w+)"/>', poster())
    assert [lamp for lamp, _ in captions[:4]] == [lamp.name for lamp in Lamp]
    lit = {sign.name: {lamp.name for lamp in lamps_of(pattern(sign))} for sign in SIGNS}
    assert [(lamp, sign) for lamp, sign in captions if lit[sign] != {lamp}] == []


def test_the_captions_are_those_the_wiring_asks_for() -> None:
    wiring = source.text("docs/howto/station-wiring.md")
    captions = set(re.findall(r'<li data-lamp="(\w+)">.*?<p lang="en">([^<]+)</p>', poster(), re.DOTALL))
    assert len(captions) == len(Lamp)
    for lamp, caption in captions:
        assert re.search(rf"^\| {lamp.lower()} lamp \|.*\| {caption} \|$", wiring, re.MULTILINE), caption


def test_the_poster_needs_nothing_but_itself() -> None:
    assert re.findall(r"https?:|<script|<link|<img|src=|@import|url\(|\bon\w+=", poster()) == []
    assert set(re.findall(r'href="([^"]+)"', poster())) == {
        f"#{name}" for name in re.findall(r'<symbol id="([^"]+)"', poster())
    }


@pytest.mark.journey
@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is missing: apt-get install chromium")
def test_every_page_fits_on_its_sheet() -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        sheet = browser.new_page()
        sheet.goto((source.ROOT / FILE).as_uri())
        sheet.emulate_media(media="print")
        pages = sheet.locator(".page").all()
        sizes = [sheet_of.bounding_box() for sheet_of in pages]
        spilt = sheet.evaluate(
            """() => [...document.querySelectorAll('.page, .page li, .page h2, .page li p')]
                .filter(box => box.scrollWidth > box.clientWidth + 1)
                .concat([...document.querySelectorAll('.page, .page li')]
                    .filter(box => box.scrollHeight > box.clientHeight + 1))
                .map(box => box.outerHTML)"""
        )
        pdf = sheet.pdf(prefer_css_page_size=True)
        browser.close()
    assert [(box["width"], box["height"]) for box in sizes if box] == [LETTER] * 3
    assert spilt == []
    assert len(re.findall(rb"/Type /Page\b(?!s)", pdf)) == len(pages)
    assert set(re.findall(rb"/MediaBox \[([^\]]+)\]", pdf)) == {b"0 0 612 792"}
