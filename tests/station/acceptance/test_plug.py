"""What was green is proven after the plug: against the journal, the note of it, and the battery clock."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from station.acceptance import ledger, plug
from station.acceptance.outcome import Outcome, Shown
from station.acceptance.site import Site
from station.journal import FILE_NAME, Head, Journal
from station.machine import identity_of
from station.tap import TOKEN_BYTES, Kind, Tap
from tests.fakes.acceptance import put, site_of

SEEN = "What was the last number"
RTC = "sys/class/rtc/rtc0"


def pulled(folder: Path, greens: int = 6, seen: int = 6, also: Sequence[Head] = ()) -> Site:
    """Return a site whose plug was pulled after so many greens, and others its journal does not have."""
    site = site_of(folder, {SEEN: seen})
    scratch = site.scratch / plug.ARMED
    scratch.mkdir(parents=True)
    journal = Journal.open(scratch / FILE_NAME, identity_of(site.settings), site.clock.reading(), lambda: 7)
    book = ledger.Ledger(scratch / plug.LEDGER)
    for _ in range(greens):
        tap = Tap(bytes(TOKEN_BYTES), "k1", "nfc", {}).payload()
        book.add(journal.append(Kind.TAP, tap, site.clock.reading()))
    for head in also:
        book.add(head)
    book.close()
    journal.close()
    site.kept[plug.ARMED] = {"boot_id": "b0", "rtc_s": None}
    return site


def test_every_green_that_is_in_the_journal_is_well_and_the_trial_leaves_nothing(tmp_path: Path) -> None:
    site = pulled(tmp_path)
    shown = plug.run(site)
    assert (shown.outcome, shown.figures["greens"], shown.figures["lost"]) == (Outcome.WELL, 6, 0)
    assert site.kept == {}
    assert not (site.scratch / plug.ARMED).exists()


@pytest.mark.parametrize(
    ("green", "words"),
    [
        (Head(7, 8, bytes(32)), "1 of them lost; the first one lost is entry 8"),
        (Head(7, 4, bytes(32)), "1 of them lost; the first one lost is entry 4"),
    ],
    ids=["gone", "another in its place"],
)
def test_a_green_that_is_not_in_the_journal_is_found_out(tmp_path: Path, green: Head, words: str) -> None:
    shown = plug.run(pulled(tmp_path, also=[green], seen=7))
    assert shown.outcome is Outcome.FAILED
    assert words in shown.says
    assert "take another one" in shown.todo


def test_a_journal_whose_chain_does_not_hold_is_found_out(tmp_path: Path) -> None:
    site = pulled(tmp_path)
    file = sqlite3.connect(site.scratch / plug.ARMED / FILE_NAME)
    file.execute("DROP TRIGGER entry_is_never_changed")
    # The hash the note has of it stays.
    file.execute("UPDATE entry SET body = CAST(REPLACE(body, 'nfc', 'nfx') AS BLOB) WHERE seq = 3")
    file.commit()
    file.close()
    shown = plug.run(site)
    assert (shown.outcome, shown.figures["lost"]) == (Outcome.FAILED, 0)
    assert "changed" in shown.says


@pytest.mark.parametrize(
    ("greens", "seen", "outcome", "words"),
    [
        # The plug may go between the light and the note of it, before the number is shown.
        (6, 5, Outcome.WELL, "0 of them lost"),
        (6, 8, Outcome.FAILED, "you saw 8 greens and the card kept note of 6"),
        (4, 4, Outcome.FAILED, "too few to prove anything"),
    ],
)
def test_the_note_is_held_against_what_the_person_saw(
    tmp_path: Path, greens: int, seen: int, outcome: Outcome, words: str
) -> None:
    shown = plug.run(pulled(tmp_path, greens, seen))
    assert shown.outcome is outcome
    assert words in shown.says


@pytest.mark.parametrize(
    ("after_s", "outcome"), [(1_000_060, Outcome.WELL), (946_684_800, Outcome.WELL), (60, Outcome.FAILED)]
)
def test_a_battery_clock_that_began_anew_is_found_out(tmp_path: Path, after_s: int, outcome: Outcome) -> None:
    site = pulled(tmp_path)
    site.kept[plug.ARMED] = {"boot_id": "b0", "rtc_s": 1_000_000}
    put(site.root, f"{RTC}/since_epoch", f"{after_s}\n")
    shown = plug.run(site)
    assert shown.outcome is outcome
    assert (shown.figures["rtc_before_s"], shown.figures["rtc_after_s"]) == (1_000_000, after_s)
    assert (outcome is Outcome.FAILED) == ("battery" in shown.todo)


def test_a_battery_clock_that_is_gone_is_found_out(tmp_path: Path) -> None:
    site = pulled(tmp_path)
    site.kept[plug.ARMED] = {"boot_id": "b0", "rtc_s": 1_000_000}
    assert plug.run(site).outcome is Outcome.FAILED


def test_a_plug_pulled_before_the_first_card_is_pulled_again(tmp_path: Path) -> None:
    site = pulled(tmp_path)
    (site.scratch / plug.ARMED / plug.LEDGER).unlink()
    shown = plug.run(site)
    assert (shown.outcome, shown.todo, site.kept) == (Outcome.FAILED, "run this step again", {})


def test_a_card_that_lost_the_whole_journal_or_garbled_the_note_is_found_out(tmp_path: Path) -> None:
    site = pulled(tmp_path)
    for file in (site.scratch / plug.ARMED).glob(f"{FILE_NAME}*"):
        file.unlink()
    with (site.scratch / plug.ARMED / plug.LEDGER).open("r+b") as note:
        note.write(b"\xff" * 20)
    shown = plug.run(site)
    assert (shown.outcome, shown.figures["lost"]) == (Outcome.FAILED, 6)


def test_a_trial_in_the_same_boot_proves_nothing_and_is_asked_for_again(tmp_path: Path) -> None:
    site = pulled(tmp_path)
    site.kept[plug.ARMED] = {"boot_id": site.boot_id, "rtc_s": None}
    refused = {"Can you pull the plug": False}
    site.person.answers = refused  # type: ignore[attr-defined]  # the scripted person's
    assert plug.run(site) == Shown(Outcome.LEFT_OUT, "nobody pulled the plug")


def test_the_note_never_grows_so_that_its_flush_carries_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "greens"
    book = ledger.Ledger(file)
    before = file.stat()
    site = site_of(tmp_path, {})
    journal = Journal.open(tmp_path / FILE_NAME, identity_of(site.settings), site.clock.reading(), lambda: 7)
    for number in range(1, 4):
        assert book.add(journal.head) == number
    after = file.stat()
    assert (after.st_size, after.st_blocks) == (before.st_size, before.st_blocks)
    assert ledger.read(file) == [(journal.head.seq, journal.head.h)] * 3
    book.close()
    journal.close()
