"""Which packages a release of Rollbook brings with it, by what is installed here."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
# What runs at a school; the boards' GPIO libraries come from the system's own packages.
EXTRAS = ("station", "sync", "central", "provision", "state", "sign", "postgres")
OURS = "rollbook"
# Python brings it; nothing of ours is pinned by it.
BROUGHT_BY_PYTHON = frozenset({"pip"})


@dataclass(slots=True)
class Found:
    """What needs what: `needs` by normal name; `absent` are needed and not installed here."""

    needs: dict[str, set[str]] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)


def ranges() -> Mapping[str, list[Requirement]]:
    """Return the requirements of every extra as pyproject.toml writes them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    return {extra: [Requirement(line) for line in lines] for extra, lines in extras.items()}


def travelling(extras: tuple[str, ...] = EXTRAS) -> Found:
    """Return everything those extras bring, through all that each needs in turn."""
    found = Found()
    for requirement in _asked(extras):
        if requirement.marker is None or requirement.marker.evaluate():
            _walk(requirement, found, set())
    return found


def _asked(extras: Iterable[str]) -> Iterator[Requirement]:
    """Yield what extras ask for; one of ours that names another brings what that one asks for."""
    wanted = ranges()
    for extra in extras:
        for requirement in wanted[extra]:
            if requirement.name == OURS:
                yield from _asked(requirement.extras)
            else:
                yield requirement


def _walk(requirement: Requirement, found: Found, seen: set[tuple[str, str]]) -> None:
    name = canonicalize_name(requirement.name)
    asked = (name, ",".join(sorted(requirement.extras)))
    if name in BROUGHT_BY_PYTHON or asked in seen:
        return
    seen.add(asked)
    try:
        needed = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        found.absent.add(name)
        return
    needs = found.needs.setdefault(name, set())
    for each in _applying(needed, requirement.extras):
        if canonicalize_name(each.name) not in BROUGHT_BY_PYTHON:
            needs.add(canonicalize_name(each.name))
        _walk(each, found, seen)


def _applying(lines: list[str], extras: set[str]) -> Iterator[Requirement]:
    for line in lines:
        each = Requirement(line)
        marker = each.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield each
