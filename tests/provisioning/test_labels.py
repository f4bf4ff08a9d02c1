"""A printed sheet is looked at as people and phones do: every label in its place, its code readable."""

import hashlib
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from provisioning import inventory, labels
from provisioning.cli import main
from tests.fakes.provisioning import TOKENS, WIRED, WIRELESS, Desk

_DOTS = 150
# Where the maker of the sheets cut them, in inches from the upper left corner.
_LEFT, _TOP, _PITCH, _WIDTH, _HEIGHT = 0.1875, 0.5, 2.75, 2.625, 1.0


def pages(file: Path) -> list[Image.Image]:
    """Return a PDF as pictures."""
    with pypdfium2.PdfDocument(file) as document:
        return [page.render(scale=_DOTS / 72).to_pil().convert("L") for page in document]


def place(page: Image.Image, number: int) -> Image.Image:
    """Return the label in a place of the sheet, counted from 0."""
    left = (_LEFT + (number % 3) * _PITCH) * _DOTS
    top = (_TOP + (number // 3) * _HEIGHT) * _DOTS
    right, bottom = left + _WIDTH * _DOTS, top + _HEIGHT * _DOTS
    return page.crop((round(left), round(top), round(right), round(bottom)))


def code(picture: Image.Image) -> str | None:
    """Return what a phone reads."""
    found = zxingcpp.read_barcodes(picture)
    return found[0].text if found else None


def many(count: int) -> list[dict[str, str]]:
    return [
        WIRED | {"station": f"st-{number}", "hostname": f"st-{number}", "room": f"R{number}"}
        for number in range(count)
    ]


def test_each_label_leads_to_the_page_of_its_station(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.list_rooms(*many(31))
    out = desk.folder / "labels.pdf"
    assert main(["labels", str(desk.rooms), "--out", str(out), "--link", "https://staff.school.lan"]) == 0
    assert "31 labels on 2 sheets" in capsys.readouterr().out
    first, second = pages(out)
    for number in (0, 2, 14, 29):
        assert code(place(first, number)) == f"https://staff.school.lan/stations/st-{number}/"
    assert code(place(second, 0)) == "https://staff.school.lan/stations/st-30/"
    assert place(second, 1).getextrema() == (255, 255)


def test_nothing_is_printed_where_the_sheet_is_cut(desk: Desk) -> None:
    longest = {"station": "a" * 32, "room": "W" * 64}
    desk.list_rooms(*(row | longest if not number else row for number, row in enumerate(many(30))))
    out = desk.folder / "labels.pdf"
    main(["labels", str(desk.rooms), "--out", str(out), "--enrolment", str(desk.enrol())])
    (page,) = pages(out)
    for number in range(30):
        # What is inside a label is inked white; whatever ink remains lies across a cut.
        left, top = (_LEFT + number % 3 * _PITCH) * _DOTS, (_TOP + number // 3 * _HEIGHT) * _DOTS
        right, bottom = left + _WIDTH * _DOTS, top + _HEIGHT * _DOTS
        page.paste(255, (round(left) + 3, round(top) + 3, round(right) - 3, round(bottom) - 3))
    assert page.getextrema() == (255, 255)


def test_labels_already_used_of_a_sheet_are_left_free(desk: Desk) -> None:
    out = desk.folder / "labels.pdf"
    main(["labels", str(desk.rooms), "R101", "--out", str(out), "--skip", "29"])
    (page,) = pages(out)
    assert code(place(page, 29)) == "https://central.school.lan/stations/st-r101/"
    assert place(page, 0).getextrema() == (255, 255)


def test_a_label_says_which_enrolment_a_card_was_made_with_and_no_secret(desk: Desk) -> None:
    out = desk.folder / "labels.pdf"
    main(["labels", str(desk.rooms), "--out", str(out), "--enrolment", str(desk.enrol())])
    with pypdfium2.PdfDocument(out) as document:
        text = document[0].get_textpage().get_text_bounded()
    digests = [hashlib.sha256(token.encode()).hexdigest() for token in TOKENS.values()]
    assert [f"{digest[:4]} {digest[4:8]} {digest[8:12]}" in text for digest in digests] == [True, True]
    assert not [token for token in TOKENS.values() if token in text or token.encode() in out.read_bytes()]


def test_the_same_list_gives_the_same_sheet(desk: Desk) -> None:
    made = [labels.of(room, None, None) for room in inventory.read(desk.rooms).rooms()]
    assert labels.pdf(made) == labels.pdf(made)


def test_a_room_in_letters_of_no_font_is_told_of(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.list_rooms(WIRELESS | {"room": "部屋"})
    assert main(["labels", str(desk.rooms), "--out", str(desk.folder / "labels.pdf")]) == 1
    assert "the room of st-r101 has letters in no font" in capsys.readouterr().err


def test_a_sheet_that_cannot_be_written_says_so(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["labels", str(desk.rooms), "--out", str(desk.folder / "no" / "labels.pdf")]) == 78
    assert "cannot write" in capsys.readouterr().err


def test_more_places_than_a_sheet_has_are_a_mistake_of_usage(desk: Desk) -> None:
    with pytest.raises(SystemExit, match="64"):
        main(["labels", str(desk.rooms), "--out", str(desk.folder / "x.pdf"), "--skip", "30"])


def test_the_sheet_is_letter_paper(desk: Desk) -> None:
    out = desk.folder / "labels.pdf"
    main(["labels", str(desk.rooms), "--out", str(out)])
    with pypdfium2.PdfDocument(out) as document:
        assert document[0].get_size() == (8.5 * 72, 11 * 72)
