"""A disk on which nothing is safe that was not flushed: what may be left of it after a power cut."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePath
from typing import TypeAlias

from tests.crash.bytes_in_flight import Bytes, Content, Fate
from tests.crash.calls import Call, Copy, Create, Link, Remove, Rename, Reserve, Resize, Say, Sync, Write

Files: TypeAlias = dict[str, Bytes]


class Rules(Enum):
    """What a flush promises about names.

    POSIX: only flushing a folder keeps what happened to the names in it, and without that any of them may be
    kept and any lost. EXT4: names change in one order, which survives up to some point; flushing a file keeps
    everything up to the last change of its own name, flushing any folder keeps everything.
    """

    POSIX = "posix"
    EXT4 = "ext4"


@dataclass(eq=False, slots=True)
class Naming:
    """One change of names that happens as a whole or not at all; None takes a name away."""

    names: dict[str, Content | None]
    about: Content

    def touches(self, folder: str) -> bool:
        """Say whether it changes names of a folder, which cannot be flushed without it."""
        return any(str(PurePath(name).parent) == folder for name in self.names)

    def happen(self, names: dict[str, Content]) -> None:
        """Carry the change out on a table of names."""
        for name, content in self.names.items():
            if content is None:
                names.pop(name, None)
            else:
                names[name] = content


class Disk:
    """The files below one folder; what was there at the beginning is safe."""

    def __init__(self, rules: Rules, files: Mapping[str, bytes]) -> None:
        self._rules = rules
        self._safe = {name: Content.of(data) for name, data in files.items()}
        self._now = dict(self._safe)
        self._in_flight: list[Naming] = []

    def files(self) -> dict[str, bytes]:
        """Return what a process reads now."""
        return {name: content.now.whole() for name, content in self._now.items()}

    def in_flight(self) -> int:
        """Return how many changes a cut would put at risk now."""
        contents = {*self._now.values(), *self._safe.values()}
        return len(self._in_flight) + sum(len(content.in_flight) for content in contents)

    def do(self, call: Call) -> None:
        """Carry out one call."""
        match call:
            case Write() if call.at is None:
                content = self._now[call.file]
                content.change(Write(call.file, content.now.size, call.data))
            case Write() | Resize() | Reserve():
                self._now[call.file].change(call)
            case Copy():
                data = self._now[call.source].now.whole()[call.start : call.start + call.size]
                self._now[call.file].change(Write(call.file, call.at, data))
            case Sync():
                self._flush(call.path)
            case Create() | Rename() | Link() | Remove():
                self._name(call)
            case Say():
                pass

    def after_cut(self, dice: random.Random, fate: Fate | None = None) -> Files:
        """Return a state that may be found; without a fate each file has one of its own."""

        def drawn() -> Fate:
            return fate or dice.choice(list(Fate))

        names = dict(self._safe)
        for naming in self._survivors(drawn(), dice):
            naming.happen(names)
        return {name: content.after_cut(drawn(), dice) for name, content in names.items()}

    def _name(self, call: Create | Rename | Link | Remove) -> None:
        match call:
            case Create() if call.file in self._now:
                return
            case Create():
                content = Content()
                naming = Naming({call.file: content}, content)
            case Rename():
                content = self._now[call.file]
                naming = Naming({call.file: None, call.to: content}, content)
            case Link():
                content = self._now[call.file]
                naming = Naming({call.to: content}, content)
            case Remove():
                naming = Naming({call.file: None}, self._now[call.file])
        self._in_flight.append(naming)
        naming.happen(self._now)

    def _flush(self, path: str) -> None:
        content = self._now.get(path)
        if content is not None:
            content.flush()
        if self._rules is Rules.EXT4:
            ours = [place for place, naming in enumerate(self._in_flight, 1) if naming.about is content]
            self._keep(self._in_flight[: len(self._in_flight) if content is None else max(ours, default=0)])
        elif content is None:
            self._keep([naming for naming in self._in_flight if naming.touches(path)])

    def _keep(self, namings: list[Naming]) -> None:
        for naming in namings:
            self._in_flight.remove(naming)
            naming.happen(self._safe)

    def _survivors(self, fate: Fate, dice: random.Random) -> list[Naming]:
        if fate is Fate.NONE or fate is Fate.ALL:
            return self._in_flight if fate is Fate.ALL else []
        if self._rules is Rules.EXT4:
            return self._in_flight[: dice.randint(0, len(self._in_flight))]
        return [naming for naming in self._in_flight if dice.randrange(2)]
