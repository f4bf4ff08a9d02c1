"""Make the keys of a new central and read them again."""

import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from central.errors import ConfigError
from central.proof import SunKeys
from central.proof.sun import KEY_BYTES as _TAG_KEY_BYTES
from station.settings import Secret
from sync_agent.signing import SigningKey, VerifyKey

ACK: Final = "server-ack"
CONFIG: Final = "server-config"
ISSUER: Final = "sc1-issuer"
SCHOOL_KEY_ID: Final = "k1"
_SEED_BYTES = 32
_DJANGO_SECRET_BYTES = 48
_SUN: Final = "sun.key"
_INCARNATION_BYTES = 8

Entropy = Callable[[int], bytes]
"""Returns so many bytes nobody can guess."""


def make(folder: Path, entropy: Entropy) -> None:
    """Write every key of a new central into `folder` (made with mode 0700, secrets 0600)."""
    folder.mkdir(mode=0o700)
    for name in (ACK, CONFIG, ISSUER):
        _make_pair(folder, name, entropy)
    write_secret(folder / "school.key", entropy(_SEED_BYTES).hex())
    write_secret(folder / "django.secret", entropy(_DJANGO_SECRET_BYTES).hex())


def _make_pair(folder: Path, name: str, entropy: Entropy) -> None:
    seed = entropy(_SEED_BYTES)
    write_secret(folder / f"{name}.key", seed.hex())
    public = SigningKey(seed).verify_key.public.hex()
    (folder / f"{name}.pub").write_text(f"{public}\n", encoding="ascii")


def write_identity(path: Path, entropy: Entropy) -> None:
    """Write server.json: which life of which server a station speaks to."""
    identity = {"server": "central-1", "inc": entropy(_INCARNATION_BYTES).hex(), "term": 1}
    path.write_text(f"{json.dumps(identity)}\n", encoding="ascii")


def write_secret(path: Path, text: str) -> None:
    """Write a new file only its owner may read; raises FileExistsError rather than overwrite."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{text}\n")


def signing_key(folder: Path, name: str) -> SigningKey:
    """Return the private key called `name`; raises SettingsError when it is missing or open to others."""
    return SigningKey(Secret(folder / f"{name}.key").hex_bytes(_SEED_BYTES))


def school_key(folder: Path) -> bytes:
    """Return the key under which the school's credentials become tokens; raises SettingsError."""
    return Secret(folder / "school.key").hex_bytes(_SEED_BYTES)


def issuing_key(folder: Path, entropy: Entropy) -> SigningKey:
    """Return the key that certifies phones, made now where the data folder is older than it.

    Raises ConfigError where its public half alone is left: phones out there hang on the lost one.
    """
    is_made = (folder / f"{ISSUER}.key").exists()
    if has_issuer(folder) and not is_made:
        msg = (
            f"{folder / f'{ISSUER}.key'} is lost; put it back, or remove {ISSUER}.pub too: "
            "then every phone must be issued again"
        )
        raise ConfigError(msg)
    if not is_made:
        _make_pair(folder, ISSUER, entropy)
    return signing_key(folder, ISSUER)


def has_issuer(folder: Path) -> bool:
    """Tell whether phones have been certified here."""
    return (folder / f"{ISSUER}.pub").exists()


def has_tag_keys(folder: Path) -> bool:
    """Tell whether the keys of tags are kept here; whether they can be used, `missing` says."""
    return (folder / _SUN).exists()


def issuer(folder: Path) -> VerifyKey | None:
    """Return the public key phones are certified under; None before the first one is."""
    return VerifyKey.from_hex(public(folder, ISSUER)) if has_issuer(folder) else None


def sun_keys(folder: Path) -> SunKeys | None:
    """Return the keys of the school's tags, None where there are none.

    Raises SettingsError for a file that others may read, and ConfigError for one that cannot be used.
    """
    path = folder / _SUN
    if not has_tag_keys(folder):
        return None
    try:
        stored = json.loads(Secret(path).text())
        after_uid = stored["after_uid"]
        found = SunKeys(
            bytes.fromhex(stored["meta"]),
            bytes.fromhex(stored["file"]),
            None if after_uid is None else bytes.fromhex(after_uid),
        )
    except (ValueError, TypeError, KeyError) as error:
        msg = f"{path} cannot be used; put the keys in again with rollbook-central sun-keys --replace"
        raise ConfigError(msg) from error
    return found


def write_sun_keys(folder: Path, tags: SunKeys) -> None:
    """Keep the keys of the school's tags, whole or not at all, in place of those before."""
    after_uid = None if tags.after_uid is None else tags.after_uid.hex()
    making = folder / f"{_SUN}.new"
    making.unlink(missing_ok=True)
    write_secret(
        making, json.dumps({"meta": tags.meta.hex(), "file": tags.file.hex(), "after_uid": after_uid})
    )
    making.rename(folder / _SUN)


def tag_key(path: Path) -> bytes:
    """Return a tag key from a file of 32 hexadecimal characters, mode 0600; raises SettingsError."""
    return Secret(path).hex_bytes(_TAG_KEY_BYTES)


def missing(folder: Path) -> list[str]:
    """Return what is absent, unusable or open to others among the keys, a sentence each."""
    problems = []
    if not folder.is_dir():
        return [f"{folder} does not exist"]
    # A data folder of an older release has no issuer until the first phone is issued.
    issuers = [ISSUER] if has_issuer(folder) else []
    checks: list[Callable[[], object]] = [
        partial(Secret(folder / f"{name}.key").hex_bytes, _SEED_BYTES)
        for name in (ACK, CONFIG, "school", *issuers)
    ]
    checks.append(partial(sun_keys, folder))
    for check in checks:
        try:
            check()
        except Exception as error:  # noqa: BLE001  # every reason a key cannot be used is shown alike
            problems.append(str(error))
    problems += [
        f"{folder / f'{name}.pub'} does not exist"
        for name in (ACK, CONFIG)
        if not (folder / f"{name}.pub").exists()
    ]
    return problems


def public(folder: Path, name: str) -> str:
    """Return a public key as 64 hex digits."""
    try:
        return (folder / f"{name}.pub").read_text(encoding="ascii").strip()
    except OSError as error:
        msg = f"{folder / f'{name}.pub'} cannot be read ({error.strerror}); restore it from a backup"
        raise ConfigError(msg) from error
