"""The step `plug`: whatever was green when the plug was pulled is in the journal after the next start."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path
from typing import Final

from station.acceptance import ledger, rtc
from station.acceptance.outcome import Outcome, Shown
from station.acceptance.person import StoppedError
from station.acceptance.series import tapping
from station.acceptance.site import Site
from station.durable import sync_folder
from station.journal import FILE_NAME, MOST_ROWS, JournalReader
from station.salvage.examine import examine
from station.tap import Json

LEDGER: Final = "greens"
ARMED: Final = "plug"
"""What the report keeps of a plug about to be pulled, until the next run proves what became of it."""

_LEAST: Final = 5
_PATIENCE_S: Final = 5.0
_TODO: Final = (
    "this card loses what it was told to keep: take another one, and keep this one if it holds taps"
)
_AGAIN: Final = "run this step again"
_UNIT: Final = "rollbook-station.service"


def run(site: Site) -> Shown:
    """Arm the trial, or prove it after the plug was pulled."""
    armed = site.kept.get(ARMED)
    if isinstance(armed, dict) and armed.get("boot_id") != site.boot_id:
        shown = prove(site, armed)
        shutil.rmtree(site.scratch / ARMED, ignore_errors=True)
        del site.kept[ARMED]
        return shown
    return _arm(site)


def _arm(site: Site) -> Shown:
    if not site.person.agrees("Can you pull the plug of this board, and plug it in again?"):
        return Shown(Outcome.LEFT_OUT, "nobody pulled the plug")
    folder = site.scratch / ARMED
    shutil.rmtree(folder, ignore_errors=True)
    battery = rtc.find(site.root)
    site.kept[ARMED] = {
        "boot_id": site.boot_id,
        "rtc_s": None if battery is None else battery.at_s,
    }
    site.keep()
    with tapping(site, folder) as series, closing(ledger.Ledger(folder / LEDGER)) as greens:
        # The folders are new, and their names must be there after the plug as well.
        sync_folder(folder.parent)
        sync_folder(site.settings.state_dir)
        site.person.tell(
            f"Lay cards down, again and again. Each green is counted here. After {_LEAST} or more, pull the "
            "plug whenever you like, best the moment a light comes. Remember the last number. Then plug in "
            "again, stop rollbook-station.service, and give the same command once more."
        )
        while not greens.is_full:
            answer = series.next(_PATIENCE_S)
            if answer is not None and answer.head is not None:
                site.person.tell(f"green {greens.add(answer.head)}")
    msg = f"{ledger.MOST} greens, and the plug was not pulled; the same command begins this step again"
    raise StoppedError(msg)


def prove(site: Site, armed: dict[str, Json]) -> Shown:
    """Hold the trial journal against the greens written down, and against the last number the person saw."""
    folder = site.scratch / ARMED
    path = folder / FILE_NAME
    if not (folder / LEDGER).exists():
        return Shown(Outcome.FAILED, "the plug was pulled before the first card", todo=_AGAIN)
    greens = ledger.read(folder / LEDGER)
    site.person.tell(f"The plug was pulled after {len(greens)} greens that were written down.")
    seen = site.person.counted("What was the last number of a green on the screen?")
    examined = examine(path)
    stored = _stored(path)
    lost = [seq for seq, h in greens if stored.get(seq) != h]
    unwritten = max(0, seen - len(greens))
    figures: dict[str, Json] = {
        "greens": len(greens),
        "seen": seen,
        "lost": len(lost),
        "entries": len(stored),
    }
    figures |= _start(site)
    says = f"{len(greens)} greens, then the plug: {len(lost)} of them lost"
    battery = _battery(site, armed, figures)
    if lost or examined.problems or unwritten:
        said = [
            says,
            f"the first one lost is entry {lost[0]}" if lost else "",
            examined.problems[0] if examined.problems else "",
            f"you saw {seen} greens and the card kept note of {len(greens)}" if unwritten else "",
            battery,
        ]
        return Shown(Outcome.FAILED, "; ".join(word for word in said if word), figures, _TODO)
    if len(greens) < _LEAST:
        says = f"{says}; {_LEAST} are too few to prove anything by"
        return Shown(Outcome.FAILED, f"{says}{battery and '; '}{battery}", figures, _AGAIN)
    if battery:
        return Shown(Outcome.FAILED, f"{says}; {battery}", figures, rtc.TODO)
    return Shown(Outcome.WELL, f"{says}, the chain holds", figures)


def _stored(path: Path) -> dict[int, bytes]:
    journal, stored = JournalReader(path), dict[int, bytes]()
    for epoch in journal.epochs()[-1:]:
        while rows := journal.rows(epoch, max(stored, default=0), MOST_ROWS):
            stored |= {row.seq: row.h for row in rows}
    return stored


def _battery(site: Site, armed: dict[str, Json], figures: dict[str, Json]) -> str:
    """Return what is wrong with the battery clock, nothing where it ran on or there is none."""
    before_s, found = armed.get("rtc_s"), rtc.find(site.root)
    if not isinstance(before_s, int):
        return ""
    figures |= {"rtc_before_s": before_s, "rtc_after_s": None if found is None else found.at_s}
    is_on = found is not None and found.at_s is not None and found.at_s >= before_s
    return "" if is_on else "the battery clock did not run on while the plug was out"


def _start(site: Site) -> dict[str, Json]:
    """Return how long after the kernel's start the station took taps in this boot, as systemd has it."""
    code, text = site.ask(["systemctl", "show", "--value", "-p", "ActiveEnterTimestampMonotonic", _UNIT])
    found = text.strip()
    return (
        {"station_up_s": round(int(found) / 1_000_000, 1)}
        if code == 0 and found.isdecimal() and int(found)
        else {}
    )
