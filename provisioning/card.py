"""A bundle onto the boot partition of a card: only where it belongs, and read back byte for byte."""

import os
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path

from provisioning import boot_files, verify
from provisioning.board.overwrite import erase, overwrite
from provisioning.bundle import MANIFEST, PRIVATE
from provisioning.errors import CardError
from provisioning.system_cells import BOOKWORM, TRIXIE

_CMDLINE, _CONFIG = "cmdline.txt", "config.txt"
_FIRMWARE = ("bootcode.bin", "start*.elf", "kernel*.img", "bcm27*.dtb")
_CLOUD_INIT = ("user-data", "meta-data")
# The card of the machine this runs on, when that is a Raspberry Pi itself.
_OWN = (Path("/boot/firmware"), Path("/boot"))
_FOLDER = "rollbook"
_RELEASE = "rollbook/release"
_SPARE_BYTES = 1_000_000
# What makes the card a station comes last: one that is written half is none.
_LAST = ("network-config", "user-data", MANIFEST, "meta-data")
_FLASH = "write Raspberry Pi OS Lite to the card with Raspberry Pi Imager, and answer no to its customisation"


def write(bundle: Path, boot: Path) -> str:
    """Put a bundle on a mounted boot partition and compare every byte; return the station's name.

    It may be repeated at any time, whatever became of the time before.

    Errors: BundleError for what is no bundle, CardError for what is no card for it.
    """
    examination = verify.examine(bundle, search_path="")
    if examination.findings:
        raise CardError([f"{bundle} is not as it was built: {what}" for what in examination.findings])
    files = {path.relative_to(bundle).as_posix(): path.read_bytes() for path in _files_below(bundle)}
    _require_card(boot, examination.system)
    _require_same_station(boot, examination.station)
    _require_room(boot, files)
    try:
        own = _own_files(boot, files, examination.system)
        _fill(boot, files, own)
        wrong = _compare(boot, {**files, **own})
    except OSError as error:
        raise CardError([_half(boot, f"{error.filename or boot}: {error.strerror}")]) from error
    if wrong:
        # The installer takes no card without it.
        (boot / MANIFEST).unlink(missing_ok=True)
        raise CardError([_half(boot, f"{name} does not read as it was written") for name in wrong])
    return examination.station


def _half(boot: Path, what: str) -> str:
    return f"{boot} is written half and makes no station ({what}); run this again, then try another card"


def _require_card(boot: Path, system: str) -> None:
    if any(own.is_dir() and boot.is_dir() and own.samefile(boot) for own in _OWN):
        raise CardError([f"{boot} is where this machine itself starts from; give the other card's folder"])
    names = (_CMDLINE, _CONFIG)
    has_firmware = any(any(boot.glob(pattern)) for pattern in _FIRMWARE)
    if not has_firmware or not all((boot / name).is_file() for name in names):
        raise CardError([f"{boot} is no boot partition of Raspberry Pi OS; {_FLASH}"])
    found = TRIXIE if all((boot / name).is_file() for name in _CLOUD_INIT) else BOOKWORM
    if found != system:
        msg = f"{boot} is of another Raspberry Pi OS, the bundle is for {system}; {_FLASH} ({system}),"
        raise CardError([f"{msg} or correct the column os"])


def _require_same_station(boot: Path, station: str) -> None:
    """Refuse the card of another station: its key and its taps would be taken for this one's."""
    try:
        before = tomllib.loads((boot / _FOLDER / "station.toml").read_text("utf-8")).get("station")
    except (OSError, ValueError):
        return
    if before != station:
        raise CardError([f"{boot} is the card of {before}, whose taps may be on it; for {station}, {_FLASH}"])


def _require_room(boot: Path, files: Mapping[str, bytes]) -> None:
    replaced = sum(file.stat().st_size for file in _replaced(boot))
    needed = sum(map(len, files.values())) + _SPARE_BYTES
    free = shutil.disk_usage(boot).free + replaced
    if needed > free:
        msg = f"{boot} has room for {free // 1_000_000} MB, the bundle needs {needed // 1_000_000}; {_FLASH}"
        raise CardError([msg])


def _own_files(boot: Path, files: Mapping[str, bytes], system: str) -> Mapping[str, bytes]:
    """Return the system's own two files as they are to be."""
    # Every byte of theirs comes through unchanged, whatever a person wrote into them.
    line = boot_files.command_line((boot / _CMDLINE).read_text("latin-1"), system)
    block = files[f"{_FOLDER}/{_CONFIG}"].decode("latin-1")
    settings = boot_files.firmware_settings((boot / _CONFIG).read_text("latin-1"), block)
    return {_CMDLINE: line.encode("latin-1"), _CONFIG: settings.encode("latin-1")}


def _fill(boot: Path, files: Mapping[str, bytes], own: Mapping[str, bytes]) -> None:
    (boot / MANIFEST).unlink(missing_ok=True)
    for old in _replaced(boot):
        name = old.relative_to(boot).as_posix()
        if name in PRIVATE - files.keys():
            erase(old)
        elif name not in files:
            old.unlink()
    first = sorted(files.keys() - set(_LAST))
    for name in (*first, *own, *(name for name in _LAST if name in files)):
        overwrite(boot / name, {**files, **own}[name])


def _replaced(boot: Path) -> list[Path]:
    """Return what an earlier bundle left; a release somebody laid beside it is theirs."""
    return [file for file in _files_below(boot / _FOLDER) if not file.is_relative_to(boot / _RELEASE)]


def _compare(boot: Path, written: Mapping[str, bytes]) -> list[str]:
    """Name what the card does not give back, asked itself as far as the system lets us."""
    getattr(os, "sync", lambda: None)()  # Windows has none, and writes to cards at once
    return [name for name, content in sorted(written.items()) if _reread(boot / name) != content]


def _reread(file: Path) -> bytes:
    with file.open("rb") as stream:
        if hasattr(os, "posix_fadvise"):
            # Or the answer would come from this machine's memory.
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return stream.read()


def _files_below(folder: Path) -> list[Path]:
    return [file for file in sorted(folder.rglob("*")) if file.is_file() and not file.is_symlink()]
