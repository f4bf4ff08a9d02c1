"""A central in this process: the real proving, judging and evidence, clock and dice handed in."""

import json
import random
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from central.config import CentralConfig
from central.fleet.line import Line, Question
from central.intake.acks import POLL_S, Ground, Now, Signer, ms, reconnect_window_s
from central.intake.agreement import judge_digests
from central.intake.evidence import Evidence
from central.intake.evidence_sqlite import SqliteEvidence
from central.intake.identity import begin_incarnation, read_server
from central.intake.judge import Terms, judge_batch, judge_registration
from central.intake.keyring import Keyring, Keys
from central.intake.offer import Offer
from central.intake.reply import FAILED, Reply, refused
from central.intake.verify import prove_batch, prove_digests, prove_registration
from central.intake.writer import Judge
from central.work import keys
from station.logs import Log
from sync_agent import wire
from sync_agent.signing import SigningKey, VerifyKey

log = Log(__name__)

SCHOOL: Final = "34000000123456"
_TOKEN_BYTES: Final = 16
_SEED_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy of the evidence as it was once; `newest` is the place of the last batch in it."""

    path: Path
    newest: int


class CentralInProcess:
    """Central's station side without its threads: what is asked is carried out in the caller's.

    Everything lies in `folder`; `now` tells the time as aware UTC, `dice` draws all that is random.
    Works without Django.
    """

    def __init__(self, folder: Path, now: Now, dice: random.Random, poll_s: int = POLL_S) -> None:
        self._config = CentralConfig(data_dir=str(folder))
        self._now = now
        self._dice = dice
        self._poll_s = poll_s
        self._entries: dict[str, dict[str, object]] = {}
        self._backups = 0
        self._found()
        self._keyring = Keyring(self._config.data / "keyring.json")
        self._evidence: Evidence | None = None
        self._signer = self._begin()
        self.key: VerifyKey = self._signer.verify_key
        """What its acknowledgements are verified with."""
        self._looks = {
            wire.SYNC_PATH: self._batch,
            wire.EPOCHS_PATH: self._registration,
            wire.DIGESTS_PATH: self._digests,
            wire.TIME_PATH: self._time,
        }

    @property
    def path(self) -> Path:
        """Return the file of the evidence."""
        return self._config.evidence

    @property
    def inc(self) -> str:
        """Return the name of this life of its store."""
        return self._signer.inc

    def commission(self, station: str, key: VerifyKey) -> None:
        """Believe a station by this key from now on."""
        entry = {"kid": key.kid, "public": key.public.hex(), "revoked": False}
        self._entries[station] = {"school": SCHOOL, "keys": [entry]}
        self._publish()

    def revoke(self, station: str) -> None:
        """Believe none of a station's keys any more."""
        for entry in self._keys(station):
            entry["revoked"] = True
        self._publish()

    def is_revoked(self, station: str) -> bool:
        """Say whether a station is believed no more."""
        return all(entry["revoked"] for entry in self._keys(station))

    def line(self, station: str) -> Line:
        """Return a courier that brings everything there and back at once."""
        return Line(station, self.ask)

    def ask(self, question: Question) -> Reply:
        """Answer one question, durably."""
        (reply,) = self.carry_out([self.prove(question)])
        return reply

    def prove(self, question: Question) -> Judge:
        """Look at a message that arrives now and return what is left to be done in a transaction."""
        received_ms = ms(self._now())
        known = self._keyring.station(question.station)
        if known is None:
            return _always(refused("unknown-station"))
        look = self._looks.get(question.path)
        return _always(Reply(404, b"", "text/plain")) if look is None else look(question, known, received_ms)

    def carry_out(self, judges: Sequence[Judge], *, is_cut: bool = False) -> list[Reply]:
        """Carry out what was proven in one transaction and return the answers, which may leave now.

        With `is_cut` the power goes before the commit: nothing is kept and nobody is answered.
        """
        evidence = self._open()
        evidence.begin()
        replies = [_judge(evidence, judge) for judge in judges]
        if is_cut:
            self.crash()
            return []
        evidence.commit()
        return replies

    def heads(self) -> dict[tuple[str, int], tuple[int, bytes]]:
        """Return how far every epoch is held: sequence and hash by station and epoch."""
        rows = self.ask_evidence("SELECT station, epoch, seq, h FROM station_head")
        return {(row[0], row[1]): (row[2], row[3]) for row in rows}

    def ask_evidence(self, sql: str, *values: object) -> list[tuple[Any, ...]]:  # columns are of any type
        """Ask the evidence from outside, as any other process may."""
        with closing(sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return connection.execute(sql, values).fetchall()

    def crash(self) -> None:
        """Lose the process and whatever was not committed, and begin again with what is on the disk."""
        self.close()
        self._signer = self._begin()

    def close(self) -> None:
        """Let go of the evidence."""
        if self._evidence is not None:
            self._evidence.close()
            self._evidence = None

    def backup(self) -> Backup:
        """Copy the evidence as it is now."""
        self._open()
        self._backups += 1
        target = self._config.data / f"backup-{self._backups}.sqlite"
        with (
            closing(sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True)) as live,
            closing(sqlite3.connect(target)) as copy,
        ):
            live.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            (newest,) = copy.execute("SELECT coalesce(max(srv_seq), 0) FROM batch").fetchone()
        return Backup(target, int(newest))

    def restore(self, backup: Backup, *, is_told: bool = True) -> None:
        """Go back to a backup: as `restore` does, or by somebody who tells nobody that the disk is old."""
        self.close()
        for file in self._config.data.glob("evidence.sqlite-*"):
            file.unlink()
        shutil.copyfile(backup.path, self.path)
        if is_told:
            begin_incarnation(self._config.data, read_server(self._config), self._new_token())
        self._signer = self._begin()

    def _found(self) -> None:
        folder = self._config.keys
        folder.mkdir(mode=0o700, parents=True)
        (self._config.data / "rosters").mkdir()
        for name in (keys.ACK, keys.CONFIG):
            seed = self._dice.randbytes(_SEED_BYTES)
            keys.write_secret(folder / f"{name}.key", seed.hex())
            (folder / f"{name}.pub").write_text(f"{SigningKey(seed).verify_key.public.hex()}\n")
        keys.write_identity(self._config.data / "server.json", self._dice.randbytes)
        self._publish()

    def _begin(self) -> Signer:
        # Nobody notes here how far the evidence had come: only a receipt can tell that it went back.
        ground = Ground(begin=partial(begin_incarnation, self._config.data))
        return Signer(read_server(self._config), self._now, self._new_token, ground)

    def _batch(self, question: Question, known: Keys, received_ms: int) -> Judge:
        proven = prove_batch(question.station, known, question.headers, question.data, received_ms)
        if isinstance(proven, Reply):
            return _always(proven)
        return partial(judge_batch, proven=proven, signer=self._signer, terms=self._terms())

    def _registration(self, question: Question, known: Keys, received_ms: int) -> Judge:
        proven = prove_registration(question.station, known, question.headers, question.data, received_ms)
        if isinstance(proven, Reply):
            return _always(proven)
        return partial(judge_registration, proven=proven, signer=self._signer)

    def _digests(self, question: Question, known: Keys, received_ms: int) -> Judge:
        proven = prove_digests(question.station, known, question.headers, question.data, received_ms)
        if isinstance(proven, Reply):
            return _always(proven)
        return partial(judge_digests, proven=proven, signer=self._signer)

    def _time(self, question: Question, known: Keys, received_ms: int) -> Judge:
        del known
        told = self._signer.beacon(question.text, received_ms)
        return _always(Reply(200, json.dumps(told).encode()))

    def _open(self) -> Evidence:
        if self._evidence is None:
            self._evidence = SqliteEvidence.open(self.path)
        return self._evidence

    def _new_token(self) -> str:
        return self._dice.randbytes(_TOKEN_BYTES).hex()

    def _terms(self) -> Terms:
        return Terms(
            pace=wire.Pace(
                poll_s=self._poll_s,
                max_entries=wire.MAX_ENTRIES,
                max_bytes=wire.MAX_BODY_BYTES,
                reconnect_window_s=reconnect_window_s(len(self._entries)),
            ),
            offer=Offer(),
        )

    def _keys(self, station: str) -> list[dict[str, object]]:
        found = self._entries[station]["keys"]
        assert isinstance(found, list)  # noqa: S101  written here
        return found

    def _publish(self) -> None:
        _place(self._config.data / "keyring.json", {"v": 1, "stations": self._entries})


def _always(reply: Reply) -> Callable[[Evidence], Reply]:
    return lambda _evidence: reply


def _judge(evidence: Evidence, judge: Judge) -> Reply:
    """Do what the writer's thread does with one request of a group."""
    try:
        with evidence.apart():
            return judge(evidence)
    except Exception:
        if not evidence.is_sound:
            raise
        log.exception("sync.unanswerable")
        return FAILED


def _place(file: Path, content: object) -> None:
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps(content), encoding="utf-8")
    draft.replace(file)
