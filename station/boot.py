"""Published: which boot of the machine this is, as every process of a station numbers it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from station.journal.reader import JournalReader
from station.logs import Log
from station.tap import Entry

BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
BOOT_ID_VARIABLE: Final = "ROLLBOOK_BOOT_ID"
UNNUMBERED: Final = 0
"""No boot's number: the journal has not told yet which one this is."""

log = Log(__name__)


def boot_id_of(file: Path = BOOT_ID, environ: Mapping[str, str] = os.environ) -> str:
    """Return the kernel's name for this boot in 32 hexadecimal characters, empty when nobody says.

    The environment comes first, because a sandbox may hide the kernel's own file.
    """
    told = environ.get(BOOT_ID_VARIABLE, "")
    if not told:
        try:
            told = file.read_text(encoding="ascii")
        except OSError as error:
            log.warning("boot.unnamed", file=file, why=error.strerror, instead=BOOT_ID_VARIABLE)
    return told.strip().replace("-", "")


def boot_to_begin(journal: JournalReader, boot_id: str, raw_ms: int) -> int:
    """Return the number of this boot for the station that begins to write; raises JournalError.

    `raw_ms` is what the raw clock says now: where it lies before the newest entry, it did not run on.
    """
    newest = journal.newest()
    ran_on = newest is None or raw_ms >= newest.reading.raw_ms
    return boot_ordinal(_last_boot(journal, newest), boot_id, ran_on=ran_on)


def boot_as_journalled(journal: JournalReader, boot_id: str, raw_ms: int) -> int:
    """Return the number of this boot for everybody but the station; raises JournalError.

    The station alone gives numbers, by writing down that a boot began; until it has, this one is
    UNNUMBERED. It may end without a word in the journal, as when the disk refuses all day, and then its
    number is the next boot's: whatever had been told under it would be told of the wrong boot. A boot
    nobody can name is the one of the newest entry for as long as the raw clock runs on from there.
    """
    newest = journal.newest()
    if newest is None or raw_ms < newest.reading.raw_ms:
        return UNNUMBERED
    if not boot_id:
        return newest.reading.boot
    last = _last_boot(journal, newest)
    return last[0] if last and last[1] == boot_id else UNNUMBERED


def _last_boot(journal: JournalReader, newest: Entry | None) -> tuple[int, str] | None:
    """Return `(ordinal, boot_id)` of the last boot there is anything of, without a name if it left none.

    A disk that refuses may take a boot's first entries and not the one that names it.
    """
    named = journal.last_boot()
    if newest is None or (named is not None and named[0] >= newest.reading.boot):
        return named
    return newest.reading.boot, ""


def boot_ordinal(last: tuple[int, str] | None, boot_id: str, *, ran_on: bool = True) -> int:
    """Return the number of this boot, given the `(ordinal, boot_id)` the journal saw last.

    A process that starts again within one boot keeps its number, since the raw clock ran on. Where it
    did not (a rehearsal whose clock was set back), or where the boot has no name to know it by, the
    number must not stay: two boots under one number would be read as one stretch of time.
    """
    if last is None:
        return 1
    ordinal, seen = last
    return ordinal if boot_id and seen == boot_id and ran_on else ordinal + 1
