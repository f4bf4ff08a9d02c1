"""What takes long to make, kept under the digest of what it is made from."""

import fcntl
import hashlib
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
STORE: Final = ROOT / "var" / "pi"
_SHOWN: Final = 16
_OF_A_NAME: Final = 3
"""So many states of a thing are kept: those used last."""


def digest(parts: Iterable[str | Path]) -> str:
    """Return 16 hex digits that stand for words, files and whole folders: names, modes, links and bytes."""
    whole = hashlib.sha256()
    for part in parts:
        for piece in [part.encode()] if isinstance(part, str) else _pieces(part):
            whole.update(len(piece).to_bytes(8, "big") + piece)
    return whole.hexdigest()[:_SHOWN]


def _pieces(path: Path) -> Iterable[bytes]:
    if path.is_symlink():
        return [path.name.encode(), str(path.readlink()).encode()]
    if path.is_file():
        return [path.name.encode(), str(path.stat().st_mode).encode(), path.read_bytes()]
    inside = sorted(inside for inside in path.iterdir() if inside.name != "__pycache__")
    return [path.name.encode(), *(piece for inside in inside for piece in _pieces(inside))]


def kept(name: str, parts: Iterable[str | Path], make: Callable[[Path], None]) -> Path:
    """Return the folder that `make` fills for these parts; what was begun and not ended is made anew.

    Whoever else asks for one of this name meanwhile waits. What was made of other parts long ago goes.
    """
    STORE.mkdir(parents=True, exist_ok=True)
    place = STORE / f"{name}-{digest(parts)}"
    with (STORE / f".{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            begun = STORE / f".{place.name}"
            shutil.rmtree(begun, ignore_errors=True)
            begun.mkdir()
            make(begun)
            begun.rename(place)
        place.touch()
        for old in sorted(_all_of(name), key=lambda each: -each.stat().st_mtime_ns)[_OF_A_NAME:]:
            shutil.rmtree(old, ignore_errors=True)
    return place


def _all_of(name: str) -> Iterable[Path]:
    return (each for each in STORE.iterdir() if each.name.rpartition("-")[0] == name)
