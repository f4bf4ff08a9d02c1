"""Whether a folder of wheels holds all a station needs, for each board it may run on, and no more."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from packaging.markers import Environment
from packaging.requirements import Requirement
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import NormalizedName, canonicalize_name

from provisioning import release_lock, release_wheels
from provisioning.errors import ReleaseError
from provisioning.release_folder import Parts
from provisioning.release_lock import Pin
from provisioning.release_wheels import OURS, Wheel

EXTRAS: Final = ("station", "sync", "update")
"""What a station installs of Rollbook."""
BOARDS: Final = ("cp311-aarch64", "cp313-aarch64", "cp311-armv7l", "cp313-armv7l")
"""Raspberry Pi OS bookworm and trixie, with 64 and with 32 bits."""
# 32-bit ARM has no wheel of cffi, so what needs it comes with the system.
_FROM_APT: Final[Mapping[str, Mapping[NormalizedName, str]]] = {
    "armv7l": {canonicalize_name("cryptography"): "python3-cryptography"}
}
_GLIBC: Final = {"311": 36, "313": 41}
_OLDEST_GLIBC: Final = 17
_BOARD: Final = re.compile(r"cp(3)(\d{2})-(aarch64|armv7l|x86_64)")
# Needed to install, never by what is installed.
_NOT_LOCKED: Final = frozenset({OURS, canonicalize_name("pip")})


@dataclass(slots=True)
class Checked:
    """What was found: the parts of a release, what keeps them from being one, and what is to be known."""

    parts: Parts
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def check(folder: Path, lock: Path, boards: Sequence[str] = BOARDS) -> Checked:
    """Look at a folder of wheels as each board would.

    Raises ReleaseError for a folder that cannot be looked at: a file that is no wheel, a stub, not
    exactly one Rollbook, a board of a form that is not known, a lock file that is missing.
    """
    wheels = release_wheels.read(folder.iterdir() if folder.is_dir() else ())
    ours = [wheel for wheel in wheels if wheel.name == OURS]
    if len(ours) != 1:
        msg = f"{folder} holds {len(ours)} wheels of {OURS}; it must hold exactly one"
        raise ReleaseError(msg)
    lists = [_Board(name, wheels, release_lock.read(lock, _python(name))) for name in boards]
    for each in lists:
        each.gather(ours[0])
    used = {file for each in lists for file in each.chosen}
    parts = Parts(
        ours[0].version,
        {wheel.file.name: wheel.file for wheel in wheels},
        {each.name: sorted(each.chosen) for each in lists},
        {each.name: sorted(each.from_apt) for each in lists},
    )
    checked = Checked(parts)
    for each in lists:
        checked.problems += each.problems
        checked.notes += each.notes
    checked.problems += [
        f"{wheel.file.name} is needed by no board; take it out of the folder"
        for wheel in wheels
        if wheel.file.name not in used
    ]
    return checked


@dataclass(slots=True)
class _Board:
    """One board, and what of the folder it would install."""

    name: str
    wheels: Sequence[Wheel]
    pins: Mapping[str, Pin]
    chosen: set[str] = field(default_factory=set)
    from_apt: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def gather(self, ours: Wheel) -> None:
        """Follow what Rollbook needs here, and what that needs, to the end."""
        python, machine = _python(self.name), self.name.partition("-")[2]
        ranks = {tag: rank for rank, tag in enumerate(_tags(python, machine))}
        environment = _environment(python, machine)
        apt = _FROM_APT.get(machine, {})
        self.chosen.add(ours.file.name)
        waiting = [(need, extra) for need in ours.needs for extra in EXTRAS]
        seen: set[tuple[str, str]] = set()
        while waiting:
            need, extra = waiting.pop()
            name = canonicalize_name(need.name)
            if not _applies(need, extra, environment) or (name, str(sorted(need.extras))) in seen:
                continue
            seen.add((name, str(sorted(need.extras))))
            if name in apt:
                self.from_apt.add(apt[name])
                continue
            wheel = self._choose(need, name, ranks)
            if wheel is not None:
                waiting += [(each, more) for each in wheel.needs for more in ("", *need.extras)]
        self.notes += [
            f"{self.name}: {package} comes from apt, not from this release: 32-bit ARM has no wheel of cffi"
            for package in sorted(self.from_apt)
        ]

    def _choose(self, need: Requirement, name: NormalizedName, ranks: Mapping[Tag, int]) -> Wheel | None:
        """Take the wheel this board's pip would take; note what is wrong with it, or that there is none."""
        fitting = [
            (min(ranks[tag] for tag in wheel.tags if tag in ranks), wheel)
            for wheel in self.wheels
            if wheel.name == name and not wheel.tags.isdisjoint(ranks)
        ]
        if not fitting:
            self.problems.append(f"{self.name}: {need.name} is missing; add its wheel for this board")
            return None
        wheel = min(fitting, key=lambda found: found[0])[1]
        self.chosen.add(wheel.file.name)
        self.problems += self._objections(wheel, need)
        return wheel

    def _objections(self, wheel: Wheel, need: Requirement) -> Iterator[str]:
        if not need.specifier.contains(wheel.version, prereleases=True):
            yield f"{self.name}: {wheel.file.name} is not {need}; take a version within that"
        if wheel.name in _NOT_LOCKED:
            return
        pin = self.pins.get(wheel.name)
        if pin is None:
            yield f"{self.name}: {wheel.file.name} is not in the lock; nobody tested it"
        elif pin.version != wheel.version:
            yield f"{self.name}: {wheel.file.name} is not the locked version {pin.version}"
        elif pin.digests and wheel.sha256 not in pin.digests:
            yield f"{self.name}: {wheel.file.name} is not the file the lock names; fetch it again"


def _python(board: str) -> str:
    found = _BOARD.fullmatch(board)
    if found is None:
        msg = f"{board!r} is no board; write it like {BOARDS[0]}"
        raise ReleaseError(msg)
    return found[1] + found[2]


def _tags(python: str, machine: str) -> list[Tag]:
    """Return what the board's pip takes, the best first."""
    newest = _GLIBC.get(python, max(_GLIBC.values()))
    platforms = [f"manylinux_2_{glibc}_{machine}" for glibc in range(newest, _OLDEST_GLIBC - 1, -1)]
    platforms += [f"manylinux2014_{machine}", f"linux_{machine}"]
    version = (int(python[0]), int(python[1:]))
    return [
        *cpython_tags(version, platforms=platforms),
        *compatible_tags(version, f"cp{python}", platforms=platforms),
    ]


def _environment(python: str, machine: str) -> Environment:
    version = f"{python[0]}.{python[1:]}"
    return Environment(
        implementation_name="cpython",
        implementation_version=f"{version}.0",
        os_name="posix",
        platform_machine=machine,
        platform_release="",
        platform_system="Linux",
        platform_version="",
        python_full_version=f"{version}.0",
        platform_python_implementation="CPython",
        python_version=version,
        sys_platform="linux",
    )


def _applies(need: Requirement, extra: str, environment: Environment) -> bool:
    if need.marker is None:
        return True
    told: dict[str, str] = {**{key: str(value) for key, value in environment.items()}, "extra": extra}
    return need.marker.evaluate(told)
