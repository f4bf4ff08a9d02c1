"""One room's boot bundle: which files it holds, their manifest, and writing it whole or not at all."""

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from provisioning import render
from provisioning.errors import BundleError, KeyFileError
from provisioning.release import Release
from provisioning.room import Room
from station.errors import SettingsError
from station.settings import Secret

MANIFEST = "rollbook/manifest.json"
SCHOOL_KEY = "rollbook/school.key"
NETWORK = "network-config"
# Files that only the person who writes the card may read.
PRIVATE = frozenset({SCHOOL_KEY, NETWORK})
_KEY_BYTES = 32
_PUBLIC_KEY = re.compile(r"[0-9a-fA-F]{64}")
# Where each unit file of the source tree lies in a bundle.
_UNITS = {
    "rollbook-station.service": "rollbook-station.service",
    "rollbook-sync.service": "rollbook-sync.service",
    "sysusers.d/rollbook.conf": "sysusers.conf",
    "tmpfiles.d/rollbook.conf": "tmpfiles.conf",
    "udev/60-rollbook.rules": "60-rollbook.rules",
}


@dataclass(frozen=True, slots=True)
class Keys:
    """What a station must know of its server and school; only `school` is a secret."""

    server_ack: str
    server_config: str
    school_id: str
    school: str | None = field(default=None, repr=False)


def public_key(file: Path) -> str:
    """Return the public key in a file, 64 hex digits; KeyFileError when there is none."""
    try:
        text = file.read_bytes().decode(errors="replace").strip()
    except OSError as error:
        msg = f"cannot read the public key {file} ({error.strerror}); copy it from the server"
        raise KeyFileError(msg) from error
    if not _PUBLIC_KEY.fullmatch(text):
        msg = f"{file} does not hold a public key; it must be 64 hex digits and nothing else"
        raise KeyFileError(msg)
    return text.lower()


def school_key(file: Path) -> str:
    """Return the school's token key, 64 hex digits; KeyFileError when others may read the file."""
    try:
        return Secret(file).hex_bytes(_KEY_BYTES).hex()
    except SettingsError as error:
        raise KeyFileError(str(error)) from error


def compose(room: Room, keys: Keys, release: Release | None) -> dict[str, bytes]:
    """Return every file of the bundle by its path in it; the same input gives the same bytes."""
    files = {
        "user-data": render.user_data(room).encode(),
        NETWORK: render.network_config(room).encode(),
        "rollbook/station.toml": render.station_toml(room, keys.school_id).encode(),
        "rollbook/sync.toml": render.sync_toml(room).encode(),
        "rollbook/server-ack.pub": f"{keys.server_ack}\n".encode(),
        "rollbook/server-config.pub": f"{keys.server_config}\n".encode(),
        "rollbook/install.sh": render.template_text("install.sh").encode(),
        "rollbook/config.txt": render.template_text("config.txt").encode(),
    }
    files |= {f"rollbook/{to}": _unit(name) for name, to in _UNITS.items()}
    if keys.school:
        files[SCHOOL_KEY] = f"{keys.school}\n".encode()
    if release:
        files |= {f"rollbook/wheels/{name}": file.read_bytes() for name, file in release.wheels.items()}
    # Named by its content: a changed bundle is a new instance, the same one is not.
    instance = f"{room.station}-{_digest(json.dumps(digests(files), sort_keys=True).encode())[:12]}"
    files["meta-data"] = render.meta_data(room, instance).encode()
    manifest = {
        "v": 1,
        "station": room.station,
        "room": room.room,
        "hostname": room.hostname,
        "release": release.version if release else None,
        "files": digests(files),
    }
    files[MANIFEST] = (json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()
    return files


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the SHA-256 of every file, in hex."""
    return {path: _digest(content) for path, content in sorted(files.items())}


def write(files: Mapping[str, bytes], target: Path) -> None:
    """Put the files in a new folder `target`, complete or not at all.

    Errors: BundleError when something is there already or the disk refuses.
    """
    if target.exists():
        msg = f"{target} is there already; remove it, or name another folder with --out"
        raise BundleError(msg)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # Beside the target, because only within one file system is a rename a single step.
        half = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            for path, content in files.items():
                _write_one(half / path, content, mode=0o600 if path in PRIVATE else 0o644)
            half.rename(target)
        except BaseException:
            shutil.rmtree(half)
            raise
    except OSError as error:
        msg = f"cannot write {target} ({error.strerror}); nothing was left behind"
        raise BundleError(msg) from error


def _write_one(file: Path, content: bytes, mode: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    # The mode is set as the file is made: a secret is at no moment readable by others.
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)


def _unit(name: str) -> bytes:
    # An installed wheel carries the units inside the package, a checkout beside it.
    package = resources.files("provisioning")
    for folder in (package / "units", Path(str(package)).parent / "systemd"):
        if (file := folder / name).is_file():
            return file.read_bytes()
    msg = f"the unit {name} is missing from this installation of Rollbook; install it again"
    raise BundleError(msg)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
