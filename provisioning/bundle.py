"""What a station's boot bundle holds: its files, which of them are secret, and their manifest."""

import hashlib
import json
import re
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from provisioning import first_run, render, settings_files
from provisioning.enrolment import Enrolment
from provisioning.errors import BundleError, KeyFileError
from provisioning.release import Release
from provisioning.room import Room
from provisioning.system_cells import BOOKWORM
from station.errors import SettingsError
from station.settings import Secret

MANIFEST = "rollbook/manifest.json"
SCHOOL_KEY = "rollbook/school.key"
TOKEN = "rollbook/enrol.token"  # noqa: S105  the name of its file
NETWORK = "network-config"
CONNECTION = "rollbook/wifi.nmconnection"
WHEELS = "rollbook/wheels/"
SERVER_CA = "rollbook/server-ca.pem"
WIRED_NETWORK = "rollbook/network-config.wired"
# Files that only the person who writes the card may read, and that leave the card when the station enrolled.
PRIVATE = frozenset({SCHOOL_KEY, TOKEN, NETWORK, CONNECTION})
_KEY_BYTES = 32
# Units of a central server, and what is only put into force by hand.
_NOT_OF_A_STATION = re.compile(r"(?:.*/)?rollbook-(?:central|backup)\..*|profiles/.*")


@dataclass(frozen=True, slots=True)
class File:
    """One file of a bundle."""

    content: bytes = field(repr=False)
    digest: str

    @classmethod
    def of(cls, content: bytes | str) -> "File":
        """Return the file of this content."""
        raw = content.encode() if isinstance(content, str) else content
        return cls(raw, hashlib.sha256(raw).hexdigest())


Files = Mapping[str, File]


@dataclass(frozen=True, slots=True)
class Common:
    """What all bundles made at once have in common: read and digested a single time."""

    enrolment: Enrolment
    files: Files
    version: str | None


def school_key(file: Path) -> str:
    """Return the school's token key, 64 hex digits; KeyFileError when others may read the file."""
    try:
        return Secret(file).hex_bytes(_KEY_BYTES).hex()
    except SettingsError as error:
        raise KeyFileError(str(error)) from error


def server_ca(file: Path) -> str:
    """Return the certificate of the school's own authority; KeyFileError for all else, above all a key."""
    try:
        text = file.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not PEM"
        msg = f"cannot read {file} ({why}); give the certificate of the school's own authority as PEM"
        raise KeyFileError(msg) from error
    try:
        ssl.create_default_context(cadata=text)
    except ssl.SSLError as error:
        msg = f"{file} holds no certificate; give that of the school's own authority as PEM"
        raise KeyFileError(msg) from error
    if "PRIVATE KEY" in text:
        msg = f"{file} holds a private key, which must never go on a card; give the certificate alone"
        raise KeyFileError(msg)
    return text


def common(
    enrolment: Enrolment, school: str | None, release: Release | None, authority: str | None = None
) -> Common:
    """Gather what is on every card: public keys, units, installer, school key, authority and release.

    Errors: BundleError when this installation of Rollbook is not whole.
    """
    texts = {
        "rollbook/server-ack.pub": f"{enrolment.server_ack}\n",
        "rollbook/server-config.pub": f"{enrolment.server_config}\n",
        "rollbook/install.sh": render.template_text("install.sh"),
        "rollbook/journald.conf": render.template_text("journald.conf"),
    }
    if authority:
        texts[SERVER_CA] = authority
    if school:
        texts[SCHOOL_KEY] = f"{school}\n"
    if root := enrolment.release_root or (release.root if release else None):
        texts["rollbook/release-root.json"] = root
    files = {path: File.of(text) for path, text in texts.items()}
    files |= {f"rollbook/systemd/{name}": File.of(content) for name, content in _units()}
    if release:
        files |= {f"{WHEELS}{name}": File.of(file.read_bytes()) for name, file in release.wheels.items()}
    return Common(enrolment, files, release.version if release else None)


def compose(room: Room, token: str | None, shared: Common) -> Files:
    """Return every file of a room's bundle by its path in it; the same input gives the same bytes.

    Errors: BundleError for a room of another school than the enrolment's.
    """
    if room.school != shared.enrolment.school:
        msg = (
            f"{room.station} is of school {room.school}, the enrolment of {shared.enrolment.school};"
            " correct the list, or enlist it at its own school's server"
        )
        raise BundleError(msg)
    texts = {
        "rollbook/station.toml": settings_files.station_toml(room, shared.enrolment.key_id),
        "rollbook/sync.toml": settings_files.sync_toml(room, has_own_authority=SERVER_CA in shared.files),
        "rollbook/config.txt": settings_files.config_txt(room),
        **(_for_bookworm(room) if room.system.name == BOOKWORM else _for_cloud_init(room)),
    }
    if token:
        texts[TOKEN] = f"{token}\n"
    files = {**shared.files, **{path: File.of(text) for path, text in texts.items()}}
    # Named by its content: a changed bundle is a new instance, the same one is not.
    instance = f"{room.station}-{_digest_of(files)[:12]}"
    if room.system.name != BOOKWORM:
        files["meta-data"] = File.of(render.meta_data(room, instance))
    manifest = {
        "v": 1,
        "station": room.station,
        "room": room.room,
        "hostname": room.hostname,
        "os": room.system.name,
        "instance": instance,
        "release": shared.version,
        "files": digests(files),
    }
    files[MANIFEST] = File.of(json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False) + "\n")
    return files


def digests(files: Files) -> dict[str, str]:
    """Return the SHA-256 of every file, in hex."""
    return {path: file.digest for path, file in sorted(files.items())}


def _for_cloud_init(room: Room) -> Mapping[str, str]:
    return {
        "user-data": render.user_data(room),
        NETWORK: render.network_config(room),
        # What takes its place once the station has enrolled.
        WIRED_NETWORK: render.wired_network_config(),
    }


def _for_bookworm(room: Room) -> Mapping[str, str]:
    script = {"firstrun.sh": first_run.first_run(room)}
    return script | ({CONNECTION: first_run.connection(room.station, room.wifi)} if room.wifi else {})


def _units() -> Iterator[tuple[str, bytes]]:
    # An installed wheel carries the units inside the package, a checkout beside it.
    package = resources.files("provisioning")
    for folder in (package / "units", Path(str(package)).parent / "systemd"):
        if folder.is_dir():
            found = sorted(_below(folder, ""))
            yield from (each for each in found if not _NOT_OF_A_STATION.fullmatch(each[0]))
            return
    msg = "the units are missing from this installation of Rollbook; install it again"
    raise BundleError(msg)


def _below(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _below(entry, f"{path}{entry.name}/")
        else:
            yield f"{path}{entry.name}", entry.read_bytes()


def _digest_of(files: Files) -> str:
    return hashlib.sha256(json.dumps(digests(files), sort_keys=True).encode()).hexdigest()
