"""Make the station's signing key where it will be used, so that it never travels."""

import os
from collections.abc import Callable
from pathlib import Path

from station.durable import sync_folder
from sync_agent.errors import ConfigError
from sync_agent.signing import SigningKey, VerifyKey

_MODE = 0o600


def make_key(file: Path, random_bytes: Callable[[int], bytes]) -> VerifyKey:
    """Write a new private key to `file`, mode 0600, and return its public half.

    The file is there whole or not at all, wherever the power is cut, and once this returns for good. An
    existing file is never overwritten: entries signed with its key would become unprovable. Raises
    ConfigError.
    """
    seed = random_bytes(32)
    draft = file.with_name(f".{file.name}")
    try:
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _MODE)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            os.fchmod(stream.fileno(), _MODE)
            stream.write(seed.hex() + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        try:
            # Not renamed: a link never takes the place of what is there.
            os.link(draft, file)
        finally:
            draft.unlink()
        sync_folder(file.parent)
    except FileExistsError as error:
        msg = f"{file}: a key is there already; use it, or move it away to make another"
        raise ConfigError(msg) from error
    except OSError as error:
        msg = f"{file}: the key cannot be written ({error.strerror}); make the folder, owned by you"
        raise ConfigError(msg) from error
    return SigningKey(seed).verify_key
