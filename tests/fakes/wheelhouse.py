"""Wheels made without a network: what this environment has installed, packed again, and Rollbook itself."""

import base64
import hashlib
import os
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).parents[2]
_PACKAGES = ("station", "sync_agent", "central", "provisioning")
_NOT_PACKED = ("INSTALLER", "REQUESTED", "RECORD", "direct_url.json")
_UNDER_THE_HEADING = re.compile(r"^(version|__version__) = \"[^\"]+\"$", re.MULTILINE)


def build(folder: Path, extras: Sequence[str]) -> Path:
    """Fill a folder with wheels from which `rollbook[extras]` installs here with --no-index; return it.

    The wheels fit this interpreter and machine alone: they hold the files that lie installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for distribution in _closure(extras):
        pack(distribution, folder)
    rollbook(folder)
    return folder


def pack(distribution: metadata.Distribution, folder: Path) -> Path:
    """Pack one installed distribution again, by its own list of files."""
    home = Path(str(distribution.locate_file("")))
    members = {
        name: (home / name).read_bytes()
        for name in map(str, distribution.files or ())
        if not name.startswith("..") and not name.endswith(".pyc") and Path(name).name not in _NOT_PACKED
    }
    tags = re.findall(r"^Tag: (.+)$", distribution.read_text("WHEEL") or "", re.MULTILINE)
    pythons, abis, platforms = (
        ".".join(dict.fromkeys(part)) for part in zip(*map(_parts, tags), strict=True)
    )
    stem = f"{_escaped(distribution.name)}-{distribution.version}"
    record = next(name for name in members if name.endswith(".dist-info/METADATA")).replace(
        "METADATA", "RECORD"
    )
    return _wheel(folder / f"{stem}-{pythons}-{abis}-{platforms}.whl", members, record)


def rollbook(folder: Path, version: str | None = None, changed: Mapping[str, bytes] | None = None) -> Path:
    """Pack Rollbook from this checkout; `version` names it anew, `changed` takes the place of files in it."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    named = version or project["version"]
    members = {str(file.relative_to(REPOSITORY)): file.read_bytes() for file in _sources()}
    for file in (REPOSITORY / "systemd").rglob("*"):
        if file.is_file():
            members[f"provisioning/units/{file.relative_to(REPOSITORY / 'systemd')}"] = file.read_bytes()
    for package in ("station", "sync_agent"):
        text = members[f"{package}/__init__.py"].decode()
        members[f"{package}/__init__.py"] = _UNDER_THE_HEADING.sub(f'__version__ = "{named}"', text).encode()
    info = f"rollbook-{named}.dist-info"
    scripts = "".join(f"{name} = {entry}\n" for name, entry in project["scripts"].items())
    members |= {
        **(changed or {}),
        f"{info}/METADATA": "\n".join(_metadata(project, named)).encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[console_scripts]\n{scripts}".encode(),
    }
    return _wheel(folder / f"rollbook-{named}-py3-none-any.whl", members, f"{info}/RECORD")


def _closure(extras: Sequence[str]) -> Iterator[metadata.Distribution]:
    """Yield what the extras need here, each once."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    offered = project["optional-dependencies"]
    waiting = [(Requirement(text), "") for extra in extras for text in offered.get(extra, ())]
    seen: set[tuple[str, frozenset[str]]] = set()
    given: set[str] = set()
    while waiting:
        wanted, extra = waiting.pop()
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(wanted.name)
        if (name, frozenset(wanted.extras)) in seen:
            continue
        seen.add((name, frozenset(wanted.extras)))
        if name == "rollbook":
            waiting += [(Requirement(text), "") for each in wanted.extras for text in offered[each]]
            continue
        found = metadata.distribution(name)
        waiting += [
            (Requirement(text), each) for text in found.requires or () for each in ("", *wanted.extras)
        ]
        if name not in given:
            given.add(name)
            yield found


def _metadata(project: Mapping[str, object], version: str) -> Iterator[str]:
    yield from ("Metadata-Version: 2.4", f"Name: {project['name']}", f"Version: {version}")
    yield f"Requires-Python: {project['requires-python']}"
    extras = project["optional-dependencies"]
    assert isinstance(extras, dict)
    for extra, texts in extras.items():
        yield f"Provides-Extra: {extra}"
        for text in texts:
            plain, _, marker = text.partition(";")
            both = f'({marker.strip()}) and extra == "{extra}"' if marker else f'extra == "{extra}"'
            yield f"Requires-Dist: {plain.strip()}; {both}"


def _sources() -> Iterator[Path]:
    for package in _PACKAGES:
        for folder, below, files in os.walk(REPOSITORY / package):
            below[:] = sorted(each for each in below if each != "__pycache__")
            yield from (Path(folder, name) for name in sorted(files) if not name.endswith(".pyc"))


def _wheel(file: Path, members: Mapping[str, bytes], record: str) -> Path:
    lines = [f"{name},sha256={_digest(content)},{len(content)}" for name, content in sorted(members.items())]
    # Stored, not packed small: a test waits for it.
    with ZipFile(file, "w", ZIP_STORED) as archive:
        for name, content in sorted(members.items()):
            archive.writestr(ZipInfo(name), content)
        archive.writestr(ZipInfo(record), "\n".join([*lines, f"{record},,", ""]))
    return file


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def _parts(tag: str) -> list[str]:
    return tag.split("-")


def _escaped(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name)


if __name__ == "__main__":
    print(build(Path(sys.argv[1]), sys.argv[2:]))  # noqa: T201  a person asked for it
