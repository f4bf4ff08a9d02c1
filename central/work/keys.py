"""Make the keys of a new central and read them again."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from central.errors import ConfigError
from station.settings import Secret
from sync_agent.signing import SigningKey

ACK: Final = "server-ack"
CONFIG: Final = "server-config"
SCHOOL_KEY_ID: Final = "k1"
_SEED_BYTES = 32
_DJANGO_SECRET_BYTES = 48
_INCARNATION_BYTES = 8

Entropy = Callable[[int], bytes]
"""Returns so many bytes nobody can guess."""


def make(folder: Path, entropy: Entropy) -> None:
    """Write every key of a new central into `folder` (made with mode 0700, secrets 0600)."""
    folder.mkdir(mode=0o700)
    for name in (ACK, CONFIG):
        seed = entropy(_SEED_BYTES)
        write_secret(folder / f"{name}.key", seed.hex())
        public = SigningKey(seed).verify_key.public.hex()
        (folder / f"{name}.pub").write_text(f"{public}\n", encoding="ascii")
    write_secret(folder / "school.key", entropy(_SEED_BYTES).hex())
    write_secret(folder / "django.secret", entropy(_DJANGO_SECRET_BYTES).hex())


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


def missing(folder: Path) -> list[str]:
    """Return what is absent, unusable or open to others among the keys, a sentence each."""
    problems = []
    if not folder.is_dir():
        return [f"{folder} does not exist"]
    for name in (f"{ACK}.key", f"{CONFIG}.key", "school.key"):
        try:
            Secret(folder / name).hex_bytes(_SEED_BYTES)
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
