"""The trial of the plug on a real file system: it passes the journal and finds a careless one out."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from station.acceptance import ledger, plug
from station.acceptance.outcome import Outcome
from station.acceptance.site import Site
from station.journal import FILE_NAME, Journal
from station.machine import identity_of
from station.tap import TOKEN_BYTES, Kind, Tap
from tests.fakes.acceptance import site_of

NEEDED = ("mke2fs", "mount", "losetup")
TAPS = 40
pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(
        os.geteuid() != 0 or not all(map(shutil.which, NEEDED)) or not Path("/dev/loop-control").exists(),
        reason="needs root, loop devices and e2fsprogs, to mount a card of its own",
    ),
]


@contextmanager
def mounted(image: Path, where: Path) -> Iterator[None]:
    where.mkdir(exist_ok=True)
    subprocess.run(["mount", "-o", "loop", image, where], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", where], check=True)


def tap_until_cut(site: Site, folder: Path, synchronous: str) -> None:
    """Journal taps and note each, as the trial does; `synchronous` is what the journal asks of SQLite."""
    folder.mkdir(parents=True)
    journal = Journal.open(folder / FILE_NAME, identity_of(site.settings), site.clock.reading(), lambda: 7)
    journal._connection.execute(f"PRAGMA synchronous = {synchronous}")
    greens = ledger.Ledger(folder / plug.LEDGER)
    for _ in range(TAPS):
        tap = Tap(bytes(TOKEN_BYTES), "k1", "nfc", {}).payload()
        greens.add(journal.append(Kind.TAP, tap, site.clock.reading()))
    # What the card has been given by now is all it will ever have.
    shutil.copyfile(folder.parents[1].with_suffix(".img"), folder.parents[1].with_suffix(".cut"))
    greens.close()
    journal.close()


@pytest.mark.parametrize(
    ("synchronous", "outcome"), [("FULL", Outcome.WELL), ("NORMAL", Outcome.FAILED), ("OFF", Outcome.FAILED)]
)
def test_the_trial_passes_the_journal_and_finds_a_careless_one(
    tmp_path: Path, synchronous: str, outcome: Outcome
) -> None:
    site = site_of(tmp_path, {"What was the last number": TAPS})
    card = tmp_path / "card"
    image, cut = card.with_suffix(".img"), card.with_suffix(".cut")
    subprocess.run(["mke2fs", "-q", "-t", "ext4", image, "64M"], check=True)
    site = replace(site, settings=replace(site.settings, state_dir=card))
    with mounted(image, card):
        tap_until_cut(site, site.scratch / plug.ARMED, synchronous)
    with mounted(cut, card):
        shown = plug.prove(site, {"boot_id": "b0", "rtc_s": None})
    assert shown.figures["greens"] == TAPS
    assert shown.outcome is outcome, shown
    assert (shown.figures["lost"] == 0) == (outcome is Outcome.WELL)
