"""The keys releases are signed with, one in a safe and one for every day, and the note that ties them."""

import os
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer._crypto_signer import CryptoSigner

# What the libraries give by public names too, without telling a type checker.
from tuf.api._payload import Root, Snapshot, Targets, Timestamp
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata

from provisioning.errors import KeyFileError
from station.errors import SettingsError
from station.settings import Secret

ROOT_KEY, RELEASE_KEY, ROOT = "root.key", "release.key", "root.json"
ROOT_LASTS: Final = timedelta(days=3 * 365)
_SEED_BYTES: Final = 32
_DAILY: Final = (Targets.type, Snapshot.type, Timestamp.type)


def make(folder: Path, now: datetime) -> Path:
    """Make both keys and the first note of trust in a folder; return the note's file.

    Raises KeyFileError where keys lie there already: a second pair would be trusted by no station.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in (ROOT_KEY, RELEASE_KEY, ROOT):
        if (folder / name).exists():
            msg = f"{folder / name} is there already; name an empty folder, or use --replace-release-key"
            raise KeyFileError(msg)
    trust = Root(version=1, expires=_end(now), consistent_snapshot=True)
    root, daily = _new(folder / ROOT_KEY), _new(folder / RELEASE_KEY)
    trust.add_key(root.public_key, Root.type)
    for role in _DAILY:
        trust.add_key(daily.public_key, role)
    return _signed(folder, trust, root)


def replace_release_key(folder: Path, now: datetime) -> Path:
    """Make another key for every day and have the root key say so; the one before is trusted no more.

    Stations follow as soon as they are offered a release signed with it. Needs the root key in the
    folder; raises KeyFileError.
    """
    root, before = signer(folder / ROOT_KEY), trust(folder).signed
    (folder / RELEASE_KEY).unlink(missing_ok=True)
    daily = _new(folder / RELEASE_KEY)
    for role in _DAILY:
        for keyid in list(before.roles[role].keyids):
            before.revoke_key(keyid, role)
        before.add_key(daily.public_key, role)
    before.version, before.expires = before.version + 1, _end(now)
    return _signed(folder, before, root)


def trust(folder: Path) -> Metadata[Root]:
    """Return the newest note of trust in a folder of keys; raises KeyFileError."""
    try:
        return Metadata[Root].from_file(str(folder / ROOT))
    except (RepositoryError, OSError) as error:
        msg = f"{folder / ROOT} cannot be read; make keys with `rollbook-provision release keys {folder}`"
        raise KeyFileError(msg) from error


def signer(file: Path) -> CryptoSigner:
    """Return what signs with the key in a file of mode 0600; raises KeyFileError."""
    try:
        seed = Secret(file).hex_bytes(_SEED_BYTES)
    except SettingsError as error:
        raise KeyFileError(str(error)) from error
    return CryptoSigner(Ed25519PrivateKey.from_private_bytes(seed))


def _new(file: Path) -> CryptoSigner:
    # The mode is set as the file is made: a key is at no moment readable by others.
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(f"{secrets.token_hex(_SEED_BYTES)}\n")
    return signer(file)


def _signed(folder: Path, trust: Root, root: CryptoSigner) -> Path:
    note = Metadata(trust)
    note.sign(root)
    file = folder / ROOT
    note.to_file(str(file))
    note.to_file(str(folder / f"{trust.version}.{ROOT}"))
    return file


def _end(now: datetime) -> datetime:
    return (now + ROOT_LASTS).replace(microsecond=0)
