"""One screen about an agent for a phone call with IT: settings, versions, keys, clock, backlog."""

import json
import platform
import sqlite3
from importlib import metadata
from pathlib import Path
from typing import TextIO

import sync_agent as package
from station.check_settings import effective
from station.clock import instant
from station.journal import FILE_NAME as JOURNAL_FILE
from station.journal import JournalReader
from station.tap import Reading
from sync_agent.assembly import clock_of
from sync_agent.beacon import Inbox
from sync_agent.config import SyncSettings, read_keys
from sync_agent.errors import EXIT_DONE, EXIT_FINDINGS
from sync_agent.memory import Recollection, look
from sync_agent.memory_file import FILE_NAME, is_current
from sync_agent.outbox import reached
from sync_agent.standing import Peer, Standing
from sync_agent.state import STATUS_FILE, clock_trust, refused_files

_LIBRARIES = ("requests", "APScheduler", "sqlite-utils", "cryptography")


def check(settings: SyncSettings, file: Path, out: TextIO) -> int:
    """Print everything about the agent and return the exit code; writes nothing, speaks to nobody.

    Raises SettingsError and ConfigError for keys that cannot be used, JournalError, MemoryFileError.
    """
    findings: list[str] = []
    keys = read_keys(settings)
    _print(out, "settings", effective(settings, file))
    _print(out, "versions", _versions())
    _print(
        out,
        "keys",
        [
            f"signing {keys.signing.kid} public {keys.signing.verify_key.public.hex()}",
            f"server {keys.server.kid}",
            f"config {keys.config.kid}",
        ],
    )
    _print(out, "clock", _clock(settings, findings))
    _print(out, "sync", _sync(settings, findings))
    _print(out, "findings", findings or ["none"])
    return EXIT_FINDINGS if findings else EXIT_DONE


def _print(out: TextIO, title: str, lines: list[str]) -> None:
    print(title, file=out)
    for line in lines:
        print(f"  {line}", file=out)


def _versions() -> list[str]:
    return [
        f"rollbook-sync {package.__version__}",
        f"python {platform.python_version()}",
        f"sqlite {sqlite3.sqlite_version}",
        *(f"{name} {metadata.version(name)}" for name in _LIBRARIES),
    ]


def _clock(settings: SyncSettings, findings: list[str]) -> list[str]:
    clock = clock_of(settings)
    reading = clock.reading()
    claim = clock.now().isoformat(timespec="seconds")
    quality = f"wrong by {reading.max_error_ms} ms at most" if reading.sync_state else "not synchronised"
    boot = f"boot {reading.boot}" if reading.boot else "a boot the station has not numbered yet"
    lines = [f"claims {claim}, {quality}", boot]
    if is_current(settings.state_dir / FILE_NAME):
        lines += _floor(look(settings.state_dir / FILE_NAME).standing, reading, findings)
    if settings.practice is not None:
        lines.append(f"PRACTICE: time is moved by {settings.practice.clock}; nothing sent from here is real")
        findings.append("this is a practice station; remove [practice] for real use")
    return lines


def _floor(standing: Standing, reading: Reading, findings: list[str]) -> list[str]:
    if not standing.time_floor_ms:
        return []
    proven = instant(standing.time_floor_ms).isoformat(timespec="seconds")
    if reading.wall_ms < standing.time_floor_ms:
        findings.append(f"the clock claims a time before {proven}, which central has proven; see to the RTC")
    return [f"central has proven {proven}; {clock_trust(standing, reading)}"]


def _sync(settings: SyncSettings, findings: list[str]) -> list[str]:
    journal = JournalReader(settings.state_dir / JOURNAL_FILE)
    epochs = journal.epochs()
    if not epochs:
        findings.append(f"there is no journal in {settings.state_dir}; start rollbook-station first")
    if not is_current(settings.state_dir / FILE_NAME):
        findings.append("the agent's database is not prepared; run rollbook-sync migrate")
        return [f"epoch {epoch} head {journal.head(epoch).seq} acknowledged unknown" for epoch in epochs]
    seen = look(settings.state_dir / FILE_NAME)
    waiting, lines = 0, []
    for epoch in epochs:
        head, peer = journal.head(epoch).seq, seen.peers.get(epoch, Peer(epoch))
        waiting += max(0, head - reached(peer))
        line = f"epoch {epoch} head {head} acknowledged {peer.acked.seq}"
        lines.append(line if peer.parted is None else f"{line}, {_parted(peer)}")
    lines.append(f"state {_state(settings.state_dir / STATUS_FILE)}")
    lines += _standing(seen, waiting, findings)
    refused = refused_files(Inbox(settings.state_dir).refused())
    findings += [] if refused is None else [refused]
    return lines


def _parted(peer: Peer) -> str:
    if peer.agreed_inc is None:
        return f"parted ({peer.parted}), central is to be asked how far it agrees"
    return f"parted ({peer.parted}), agreed {peer.agreed_seq} carried {peer.carried_seq}"


def _state(file: Path) -> str:
    """Return what the agent last said of itself."""
    try:
        return str(json.loads(file.read_text(encoding="utf-8"))["state"])
    except (OSError, ValueError, KeyError, TypeError):
        return "unknown: the agent has not run here"


def _standing(seen: Recollection, waiting: int, findings: list[str]) -> list[str]:
    standing = seen.standing
    if standing.halted:
        findings.append(f"sending is halted ({standing.halted}); compare the station with central")
    if standing.success_at is None:
        findings.append("central has never acknowledged anything; see the log of rollbook-sync")
    elif standing.attempt:
        findings.append(
            f"{standing.attempt} talks failed since the last success; see the log of rollbook-sync"
        )
    return [
        f"waiting {waiting} entries" + (", a request is on its way" if seen.is_pending else ""),
        f"last success {standing.success_at or 'never'} (central's clock)",
        f"failures since {standing.attempt}",
        f"central's store {standing.inc or 'unknown'}, term {standing.term}",
        f"roster version {standing.roster_version or 'none'}",
    ]
