"""The steps of a salvage, each of which may be the last before the power goes."""

from __future__ import annotations

import itertools
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from station.durable import sync_folder
from station.errors import JournalError
from station.journal import Identity
from station.journal import file as journal_file
from station.journal.file import salvaged_beside
from station.logs import Log
from station.salvage.examine import examine
from station.salvage.rebuild import Beginning, rebuild
from station.salvage.remains.pool import Pool
from station.salvage.remains.record import in_files
from station.salvage.remains.wal import wal_of
from station.salvage.salvaged import Salvaged, read_back
from station.salvage.shortfall import shortfall
from station.sidecar import file as sidecar_file
from station.tap import Reading

ASIDE: Final = ".damaged-"
_DRAFT: Final = ".draft"
_POOL: Final = ".pool"
_ASKED: Final = ".unsound"

log = Log(__name__)


def salvage(
    path: Path,
    sidecar_dir: Path,
    identity: Identity,
    reading: Reading,
    random63: Callable[[], int],
    stamp: str,
) -> Salvaged:
    """Put a damaged journal aside, never delete it, and begin an epoch in a new file with all it proves.

    Reads the file's and the write-ahead file's bytes itself and adds the sidecar's. The damaged files
    stay as `<name>.damaged-<stamp>`. Interrupted anywhere it leaves the old state or the way to the
    new one, and goes on when called again; so ask `is_due` before the journal is opened. Raises
    JournalFullError, JournalBusyError while a station writes, JournalError.
    """
    lock = journal_file.lock(path)
    try:
        if not salvaged_beside(path).exists():
            aside = _put_aside(path, stamp)
            _make_ready(path, sidecar_dir, Beginning(identity, random63(), reading, aside))
        _take_place(path)
    except (OSError, sqlite3.Error) as error:
        raise journal_file.refusal(error, path) from error
    finally:
        os.close(lock)
    found = read_back(path)
    if found is None:
        msg = f"{path}: the salvaged journal does not say what was salvaged; keep all files beside it"
        raise JournalError(msg)
    log.error("journal.salvaged", kept=found.kept, missing=found.missing, aside=found.aside)
    return found


def is_due(path: Path, sidecar_dir: Path, identity: Identity) -> str | None:
    """Say why a journal must be salvaged though SQLite may find it sound; None when nothing asks for it.

    An earlier salvage was interrupted, somebody asked, or rows that were stored are not in it. To be
    asked before the journal is opened to be written.
    """
    if salvaged_beside(path).exists():
        return "a salvage was interrupted"
    try:
        # A power cut may have left the file and not its words.
        return _beside(path, _ASKED).read_text(encoding="utf-8", errors="replace") or "it was asked for"
    except OSError:
        return shortfall(path, sidecar_dir, identity.owner)


def ask_for(path: Path, why: str) -> None:
    """Have the next start of the station salvage the journal, which is in use now; raises OSError."""
    _beside(path, _ASKED).write_text(why, encoding="utf-8")
    _flush(_beside(path, _ASKED))
    sync_folder(path.parent)


def _put_aside(path: Path, stamp: str) -> str | None:
    """Give the damaged files a second name and return it; None where there is none at all."""
    if not path.exists() and not wal_of(path).exists():
        return None
    earlier = (file for file in path.parent.glob(f"{path.name}{ASIDE}*") if not file.name.endswith("-wal"))
    named = (path.with_name(f"{path.name}{ASIDE}{stamp}{tail}") for tail in _tails())
    aside = next(file for file in itertools.chain(sorted(earlier), named) if _may_stand_for(file, path))
    for old, new in ((path, aside), (wal_of(path), wal_of(aside))):
        if old.exists() and not new.exists():
            # A second name takes no room, and the bytes stay whatever happens to the first.
            os.link(old, new)
    sync_folder(path.parent)
    return aside.name


def _may_stand_for(aside: Path, path: Path) -> bool:
    pairs = ((aside, path), (wal_of(aside), wal_of(path)))
    return all(not new.exists() or (old.exists() and new.samefile(old)) for new, old in pairs)


def _tails() -> Iterator[str]:
    yield ""
    yield from (f".{number}" for number in itertools.count(2))


def _make_ready(path: Path, sidecar_dir: Path, beginning: Beginning) -> None:
    draft, pool_file = _beside(path, _DRAFT), _beside(path, _POOL)
    # What an earlier attempt left, whichever way it ended.
    _clear(draft, *_companions(draft), pool_file, *_companions(pool_file))
    try:
        with closing(Pool(pool_file)) as pool:
            # A copy whose sum holds is believed before a page that may be an old one.
            pool.add(sidecar_file.records(sidecar_dir), in_file=False)
            pool.add(in_files(path), in_file=True)
            rebuild(draft, pool, beginning)
        # What is verified is the file alone, as it will stand there.
        _clear(*_companions(draft))
        _verify(draft)
        _clear(*_companions(draft))
    finally:
        _clear(pool_file, *_companions(pool_file))
    _flush(draft)
    # From here on the new state is what will be, wherever the power is cut.
    draft.rename(salvaged_beside(path))
    sync_folder(path.parent)


def _take_place(path: Path) -> None:
    # The old frames first: SQLite would write them over the new file's pages.
    _clear(*_companions(path), _beside(path, _ASKED))
    sync_folder(path.parent)
    salvaged_beside(path).replace(path)
    sync_folder(path.parent)


def _verify(draft: Path) -> None:
    found = examine(draft)
    if found.problems or found.doubts:
        msg = f"the new journal is not sound ({(found.problems + found.doubts)[0]}); try on another disk"
        raise JournalError(msg)


def _flush(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _clear(*files: Path) -> None:
    for file in files:
        file.unlink(missing_ok=True)


def _companions(path: Path) -> list[Path]:
    return [_beside(path, suffix) for suffix in ("-wal", "-shm", "-journal")]


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)
