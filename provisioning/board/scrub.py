"""Takes every secret off the card's readable part once a station has enrolled; runs as root on the board."""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from provisioning.board.overwrite import erase, overwrite, redact

_BOOT = Path("/boot/firmware")
_ROOT = Path("/")
# On the boot partition, by what becomes of them; the names are those of a bundle.
_ERASED = ("rollbook/enrol.token", "rollbook/school.key", "rollbook/wifi.nmconnection")
_NETWORK, _WIRED = "network-config", "rollbook/network-config.wired"
_MANIFEST = "rollbook/manifest.json"
_TOKEN = "etc/rollbook/enrol.token"  # noqa: S105  the name of its file
_SCHOOL_KEY = "etc/rollbook/school.key"
# The only places that keep the key of the wireless network: without it there is none.
_NETWORKS = ("etc/netplan/*.yaml", "etc/NetworkManager/system-connections/*")
# Where cloud-init keeps copies of what it read, and tells of it.
_COPIES = ("var/lib/cloud/**/*", "run/cloud-init/**/*", "var/log/cloud-init*")
_WIFI_KEY = re.compile(rb"""(?:password|psk)["']?\s*[:=]\s*["']?([^"'\r\n]{8,64})""")
# Nothing of ours that holds a secret is larger, and the kernel need not be read.
_MOST_BYTES = 1_000_000


def scrub(boot: Path, root: Path) -> Sequence[Path]:
    """Erase, replace or cross out every secret outside the root file system's private places.

    `boot` is where the boot partition is mounted, `root` the root file system. The token goes last, so that
    a scrub that was cut short begins again at the next start. A disk that refuses stops nothing: the token
    is of no use any more, and the station is to go to work. Returns the files that still hold a secret.
    """
    secrets = frozenset(_secrets(boot, root))
    for copy in _files(root, _COPIES):
        _attempt(partial(redact, copy, secrets))
    for place in _files(root, _NETWORKS):
        _attempt(partial(place.chmod, 0o600))
    _attempt(partial(_replace_network, boot))
    for name in _ERASED:
        _attempt(partial(erase, boot / name))
    _attempt(partial(_forget_digests, boot / _MANIFEST))
    for file in _files(boot, ("**/*",)):
        _attempt(partial(redact, file, secrets))
    left = [file for file in _exposed(boot, root) if _holds(file, secrets)]
    erase(root / _TOKEN)
    return left


def main(arguments: Sequence[str] | None = None) -> int:
    """Scrub the card this runs from: 0 when nothing is left, else 1 and the names of the files."""
    parser = argparse.ArgumentParser(prog="rollbook-scrub", description=__doc__)
    parser.add_argument("--boot", type=Path, default=_BOOT, help="the boot partition")
    parser.add_argument("--root", type=Path, default=_ROOT, help="the root file system")
    options = parser.parse_args(arguments)
    try:
        left = scrub(options.boot, options.root)
    except OSError as error:
        sys.stderr.write(f"rollbook-scrub: cannot clean this station ({error}); tried at the next start\n")
        return 1
    for file in left:
        sys.stderr.write(f"rollbook-scrub: {file} still holds a secret; delete it\n")
    return 1 if left else 0


def _attempt(act: Callable[[], object]) -> None:
    # What could not be done is found by the search at the end, and named there.
    with suppress(OSError):
        act()


def _holds(file: Path, secrets: Iterable[bytes]) -> bool:
    try:
        content = file.read_bytes()
    except OSError:
        return True
    return any(secret in content for secret in secrets)


def _secrets(boot: Path, root: Path) -> Iterator[bytes]:
    kept = [boot / _ERASED[0], root / _TOKEN, boot / _ERASED[1], root / _SCHOOL_KEY]
    for file in kept:
        if file.is_file() and (secret := file.read_bytes().strip()):
            yield secret
    for file in (boot / _NETWORK, boot / _ERASED[2], *_files(root, _NETWORKS)):
        if file.is_file():
            yield from _WIFI_KEY.findall(file.read_bytes())


def _replace_network(boot: Path) -> None:
    """Leave a network-config without a key: cloud-init wrote the system's own at the first start."""
    if (boot / _WIRED).is_file():
        overwrite(boot / _NETWORK, (boot / _WIRED).read_bytes())


def _forget_digests(manifest: Path) -> None:
    # A passphrase can be guessed against the digest of what was made of it.
    try:
        document = json.loads(manifest.read_bytes())
    except (OSError, ValueError):
        return
    for name in (*_ERASED, _NETWORK):
        document["files"].pop(name, None)
    overwrite(manifest, (json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode())


def _exposed(boot: Path, root: Path) -> Iterator[Path]:
    yield from _files(root, _COPIES)
    yield from _files(boot, ("**/*",))


def _files(folder: Path, patterns: Sequence[str]) -> Iterator[Path]:
    for pattern in patterns:
        for file in sorted(folder.glob(pattern)):
            if file.is_file() and not file.is_symlink() and file.stat().st_size <= _MOST_BYTES:
                yield file


if __name__ == "__main__":
    sys.exit(main())
