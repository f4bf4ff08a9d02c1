"""Bundles on the laptop's disk: each whole or not at all, and a release's wheels once for all of them."""

import os
import shutil
import tempfile
from pathlib import Path

from provisioning.bundle import PRIVATE, WHEELS, Files
from provisioning.errors import BundleError


class BundleFolder:
    """The folder that gets a folder for each station."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._wheels: dict[str, Path] = {}

    def target(self, station: str) -> Path:
        """Return where the bundle of a station goes."""
        return self._out / station

    def holds(self, station: str, files: Files) -> bool:
        """Tell whether exactly this bundle is there already.

        Errors: BundleError when something else is.
        """
        target = self.target(station)
        if not target.exists():
            return False
        if not _is_same(target, files):
            msg = f"{target} is there already; remove it, or name another folder with --out"
            raise BundleError(msg)
        return True

    def write(self, station: str, files: Files) -> Path:
        """Put a bundle where nothing is yet, complete or not at all, and return its folder.

        Errors: BundleError when the disk refuses.
        """
        target = self.target(station)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            # Beside the target, because only within one file system is a rename a single step.
            half = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
            try:
                self._fill(half, files)
                half.rename(target)
            except BaseException:
                shutil.rmtree(half)
                raise
        except OSError as error:
            msg = f"cannot write {target} ({error.strerror}); nothing was left behind"
            raise BundleError(msg) from error
        self._wheels |= {
            file.digest: target / path for path, file in files.items() if path.startswith(WHEELS)
        }
        return target

    def _fill(self, folder: Path, files: Files) -> None:
        for path, file in files.items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            if not _linked(self._wheels.get(file.digest), place):
                _write(place, file.content, mode=0o600 if path in PRIVATE else 0o644)


def _linked(source: Path | None, place: Path) -> bool:
    """Give a file that was written already a second name; False where the file system has no such thing."""
    if source is None:
        return False
    try:
        os.link(source, place)
    except OSError:
        return False
    return True


def _write(file: Path, content: bytes, mode: int) -> None:
    # The mode is set as the file is made: a secret is at no moment readable by others.
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)


def _is_same(folder: Path, files: Files) -> bool:
    found = {file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.is_file()}
    return found.keys() == files.keys() and all(
        file.stat().st_size == len(files[path].content) and file.read_bytes() == files[path].content
        for path, file in found.items()
    )
