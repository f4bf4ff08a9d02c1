"""Bring a release central names down to the board, piece by piece, for the updater to prove and install."""

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from station.durable import sync_folder
from station.logs import Log
from sync_agent.errors import AgentError, WireError
from sync_agent.folder import place, place_bytes, unwritable
from sync_agent.ports import Reply
from sync_agent.release_platform import platform_name

log = Log(__name__)

FOLDER: Final = "update"
WANTED_FILE: Final = "wanted.json"
PIECE: Final = 256 * 1024
"""So much is asked for at once: half a minute of a slow line."""
MOST_BYTES: Final = 256 * 1024 * 1024
"""A release is no larger, whoever offers it."""
MOST_NOTE_BYTES: Final = 4 * 1024 * 1024
AT_A_TIME_S: Final = 20.0
"""Longer than this no talk is kept waiting for a release."""
PAUSE_S: Final = 300.0
AGAIN_S: Final = 3_600.0
"""How often it is asked whether what lies here was signed anew, while it waits for its moment."""

_OK, _PARTIAL, _NOT_FOUND = 200, 206, 404
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,254}", re.ASCII)
_MOST_ROOTS: Final = 64


class ReleaseCourier(Protocol):
    """Carries pieces of signed files; raises CourierError."""

    def fetch_release(self, part: str, name: str, first: int, last: int) -> Reply:
        """Ask for the bytes from `first` to `last` of a file of `part`, metadata or targets."""


class _OutOfTimeError(AgentError):
    """The rest is for the next talk."""


@dataclass(frozen=True, slots=True)
class _Target:
    name: str
    length: int
    sha256: str

    @property
    def file(self) -> str:
        return f"{self.sha256}.{self.name}"


@dataclass(slots=True)
class ReleaseWay:
    """The way of a release from central to the folder the updater reads.

    Nothing here proves anything: a file is what central says it is, and the updater, which trusts
    neither central nor this process, proves all of it again.
    """

    state_dir: Path
    courier: ReleaseCourier
    running: str
    monotonic: Callable[[], float]
    _not_before: tuple[str, float] | None = field(default=None, init=False)
    _until: float = field(default=0.0, init=False)

    def follow(self, version: str | None) -> None:
        """Fetch what is missing of a release and hand it over when all is here.

        None means to stay. Never raises for what central or the line does wrong. Raises MemoryFileError.
        """
        if version is None or version == self.running:
            self._want_nothing()
            return
        now = self.monotonic()
        if self._rests(version, now):
            return
        self._until = now + AT_A_TIME_S
        try:
            self._fetch(version)
            self._not_before = version, self.monotonic() + AGAIN_S
        except _OutOfTimeError:
            return
        except (AgentError, OSError) as error:
            self._not_before = version, self.monotonic() + PAUSE_S
            log.warning("release.unfetched", version=version, why=error)

    @property
    def _home(self) -> Path:
        return self.state_dir / FOLDER

    def _rests(self, version: str, now: float) -> bool:
        """Say whether this release is not yet to be asked for again; another one never waits for it."""
        if self._not_before is None:
            return False
        rests, until = self._not_before
        return rests == version and now < until

    def _want_nothing(self) -> None:
        self._not_before = None
        wanted = self._home / WANTED_FILE
        if wanted.exists():
            wanted.unlink()

    def _fetch(self, version: str) -> None:
        notes, files = self._home / "release/metadata", self._home / "release/targets"
        for folder in (notes, files):
            folder.mkdir(parents=True, exist_ok=True)
        timestamp = self._note("timestamp.json")
        snapshot = self._kept(notes / f"{_version_of(timestamp, 'snapshot.json')}.snapshot.json")
        targets = self._kept(notes / f"{_version_of(snapshot, 'targets.json')}.targets.json")
        self._roots(notes)
        listed = _listed(targets)
        description = _target(listed, f"rollbook-{version}.json")
        needed = [description, *_wheels(self._target_bytes(files, description), listed)]
        if sum(target.length for target in needed) > MOST_BYTES:
            msg = f"release {version} is larger than {MOST_BYTES} bytes"
            raise WireError(msg)
        self._require_room(needed, files)
        for target in needed:
            self._target_bytes(files, target)
        # Last of all: what it names is here.
        place_bytes(notes / "timestamp.json", timestamp, is_durable=True)
        self._tidy(files, {target.file for target in needed})
        self._hand_over(version)

    def _hand_over(self, version: str) -> None:
        wanted = self._home / WANTED_FILE
        text = json.dumps({"version": version})
        # Written anew each time: the updater is woken by it.
        place(wanted, text, is_durable=True)
        log.info("release.handed_over", version=version)

    def _roots(self, notes: Path) -> None:
        """Fetch the notes of trust that are not here; they are numbered without a gap."""
        for number in range(1, _MOST_ROOTS):
            file = notes / f"{number}.root.json"
            if file.exists():
                continue
            reply = self._ask("metadata", file.name, 0)
            if reply.status == _NOT_FOUND:
                return
            place_bytes(file, self._whole("metadata", file.name, reply), is_durable=True)

    def _note(self, name: str) -> bytes:
        return self._whole("metadata", name, self._ask("metadata", name, 0))

    def _kept(self, file: Path) -> bytes:
        if not file.exists():
            place_bytes(file, self._note(file.name), is_durable=True)
        return file.read_bytes()

    def _whole(self, part: str, name: str, first: Reply) -> bytes:
        """Return a small file that may come in more than one piece."""
        parts = [_body(first, name)]
        while len(parts[-1]) == PIECE:
            if sum(map(len, parts)) > MOST_NOTE_BYTES:
                msg = f"{name} is longer than {MOST_NOTE_BYTES} bytes"
                raise WireError(msg)
            parts.append(_body(self._ask(part, name, sum(map(len, parts))), name))
        return b"".join(parts)

    def _target_bytes(self, files: Path, target: _Target) -> bytes:
        """Fetch a file that is not here, going on where it was broken off; return its content."""
        file, draft = files / target.file, files / f".{target.sha256}.part"
        if not file.exists():
            with draft.open("ab") as stream:
                while (have := stream.tell()) < target.length:
                    body = _body(self._ask("targets", target.file, have), target.name)
                    if not body or have + len(body) > target.length:
                        stream.truncate(0)
                        msg = f"{target.name} is not as long as it is said to be"
                        raise WireError(msg)
                    stream.write(body)
            if hashlib.sha256(draft.read_bytes()).hexdigest() != target.sha256:
                draft.unlink()
                msg = f"{target.name} is not what its digest says"
                raise WireError(msg)
            draft.replace(file)
            sync_folder(files)
        return file.read_bytes()

    def _ask(self, part: str, name: str, first: int) -> Reply:
        if self.monotonic() >= self._until:
            raise _OutOfTimeError
        if not _NAME.fullmatch(name):
            msg = "a file of the release has no plain name"
            raise WireError(msg)
        return self.courier.fetch_release(part, name, first, first + PIECE - 1)

    def _require_room(self, needed: list[_Target], files: Path) -> None:
        missing = sum(target.length for target in needed if not (files / target.file).exists())
        # The journal lies on the same disk, and taps go before releases.
        if shutil.disk_usage(files).free < 2 * missing + MOST_BYTES:
            raise unwritable(files, OSError(28, "too little room for a release"))

    def _tidy(self, files: Path, kept: set[str]) -> None:
        for file in files.iterdir():
            if file.name not in kept:
                file.unlink()


def _body(reply: Reply, name: str) -> bytes:
    if reply.status not in {_OK, _PARTIAL} or len(reply.body) > PIECE:
        msg = f"the answer to a request for {name} was {reply.status}, {len(reply.body)} bytes"
        raise WireError(msg)
    return reply.body


def _signed(note: bytes) -> Mapping[str, object]:
    try:
        signed = json.loads(note)["signed"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        msg = "a note about releases is none"
        raise WireError(msg) from error
    if not isinstance(signed, dict):
        msg = "a note about releases is none"
        raise WireError(msg)
    return signed


def _version_of(note: bytes, name: str) -> int:
    match _signed(note).get("meta"):
        case {**meta} if isinstance(found := meta.get(name), dict) and isinstance(found.get("version"), int):
            return int(found["version"])
    msg = f"a note about releases does not name {name}"
    raise WireError(msg)


def _listed(note: bytes) -> Mapping[str, object]:
    listed = _signed(note).get("targets")
    return listed if isinstance(listed, dict) else {}


def _target(listed: Mapping[str, object], name: str) -> _Target:
    match listed.get(name):
        case {"length": int(length), "hashes": {"sha256": str(sha256)}} if length >= 0 and re.fullmatch(
            "[0-9a-f]{64}", sha256
        ):
            return _Target(name, length, sha256)
    msg = f"{name[:80]} is not among what central offers"
    raise WireError(msg)


def _wheels(description: bytes, listed: Mapping[str, object]) -> Iterator[_Target]:
    platform = platform_name()
    try:
        names = json.loads(description)["platforms"][platform]["wheels"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        msg = f"the release has nothing for {platform}"
        raise WireError(msg) from error
    for name in names:
        yield _target(listed, str(name))
