"""The commands that write a stick for central and read its receipts back."""

import secrets
from functools import partial
from pathlib import Path
from typing import TextIO

import sync_agent as package
from station.journal import FILE_NAME as JOURNAL_FILE
from station.journal import JournalReader
from sync_agent.assembly import clock_of
from sync_agent.composing import Identity
from sync_agent.config import SyncSettings, read_keys
from sync_agent.errors import EXIT_DONE, EXIT_FINDINGS, ConfigError, UsageError
from sync_agent.memory import Memory, Recollection, look
from sync_agent.memory_file import FILE_NAME
from sync_agent.outbox import Outbox
from sync_agent.run import prepare
from sync_agent.standing import Standing
from sync_agent.usb import Source, export
from sync_agent.usb_receipts import Desk
from sync_agent.wire import Have

_NONCE_BYTES = 16


def export_usb(settings: SyncSettings, folder: Path, out: TextIO, *, is_all: bool) -> int:
    """Write a stick and say what is on it; works beside station and agent, and where neither ever ran.

    Returns the exit code. Raises UsageError, SettingsError, AgentError and StationError.
    """
    _require_folder(folder)
    seen = _recollection(settings)
    source = Source(
        identity=_identity(settings),
        journal=JournalReader(settings.state_dir / JOURNAL_FILE),
        peers=seen.peers,
        have=partial(_have, seen.standing),
        reading=clock_of(settings).reading(),
        nonce=partial(secrets.token_bytes, _NONCE_BYTES),
    )
    if not source.journal.epochs():
        msg = f"{settings.state_dir}: there is no journal here; start rollbook-station first"
        raise ConfigError(msg)
    written = export(source, folder, is_all=is_all)
    for line in (*written.lines, *(f"not written: {sentence}" for sentence in written.left)):
        print(line, file=out)
    print(f"{written.entries} entries in {len(written.files)} files, all of them on {folder}", file=out)
    return EXIT_FINDINGS if written.left else EXIT_DONE


def import_usb(settings: SyncSettings, config_file: Path, folder: Path, out: TextIO) -> int:
    """Read the receipts on a stick and say what they proved.

    Returns the exit code. Raises UsageError, SettingsError, AgentError (MemoryBusyError while the agent
    runs) and StationError.
    """
    _require_folder(folder)
    identity = _identity(settings)
    prepare(settings, config_file)
    memory = Memory.open(settings.state_dir / FILE_NAME)
    try:
        outbox = Outbox(JournalReader(settings.state_dir / JOURNAL_FILE), memory)
        done = Desk(identity, outbox, memory).take(folder)
        waiting = outbox.backlog().entries
    finally:
        memory.close()
    for sentence in done.refused:
        print(f"not believed: {sentence}", file=out)
    print(f"{done.taken} receipts moved on, {done.known} said what was known", file=out)
    print(f"{waiting} entries wait for central", file=out)
    return EXIT_FINDINGS if done.refused else EXIT_DONE


def _identity(settings: SyncSettings) -> Identity:
    keys = read_keys(settings)
    return Identity(settings.station, keys.signing, keys.server, package.__version__)


def _recollection(settings: SyncSettings) -> Recollection:
    file = settings.state_dir / FILE_NAME
    return look(file) if file.exists() else Recollection(Standing(), {}, is_pending=False)


def _have(standing: Standing, receipt_seq: int) -> Have:
    return Have(standing.roster_version, receipt_seq, standing.config_version)


def _require_folder(folder: Path) -> None:
    # Made by us, it would lie on the station's own disk when the stick is not there.
    if not folder.is_dir():
        msg = f"{folder} is no folder; put the stick in and name where it is mounted"
        raise UsageError(msg)
