"""The versions a release was tested with, as the lock files say, and their digests where they say them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name

from provisioning.errors import ReleaseError

_PIN = re.compile(r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[^\s;]+)(?P<rest>.*)$")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Pin:
    """One locked version; without `digests` any file of that version will do."""

    version: str
    digests: frozenset[str]


def read(folder: Path, python: str) -> Mapping[str, Pin]:
    """Return the pins for a Python like `311` by the normal name of each package.

    Raises ReleaseError where there is no lock file for it, or a line of it pins nothing.
    """
    file = folder / f"py{python}.txt"
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        msg = f"{file} cannot be read ({error.strerror}); give the folder of the lock files with --lock"
        raise ReleaseError(msg) from error
    pins: dict[str, Pin] = {}
    for line in text.replace("\\\n", " ").splitlines():
        plain = line.split(" #")[0].strip()
        if not plain or plain.startswith("#"):
            continue
        found = _PIN.match(plain)
        if found is None:
            msg = f"{file}: {plain[:60]!r} pins no version; renew the lock files"
            raise ReleaseError(msg)
        pins[canonicalize_name(found["name"])] = Pin(
            found["version"], frozenset(_HASH.findall(found["rest"]))
        )
    return pins
