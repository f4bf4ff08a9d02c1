"""A room list and the keys a bundle needs, as files on disk."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from provisioning.cells import COLUMNS

SSH_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f it@school"
WIRELESS = {
    "station": "st-r101",
    "room": "R101",
    "school": "34000000123456",
    "hostname": "st-r101",
    "server": "https://central.school.lan",
    "reader": "pn532",
    "port": "/dev/ttyAMA0",
    "wifi_ssid": "Schule: 'no' \"é\" \\ 日本",
    "wifi_psk": "correct horse battery",
    "wifi_country": "US",
    "admin_ssh_key": SSH_KEY,
}
WIRED = {
    "station": "st-r102",
    "room": "R102",
    "school": "34000000123456",
    "hostname": "st-r102",
    "server": "https://central.school.lan:8443",
    "reader": "pn532",
}
ACK_KEY = "a1" * 32
CONFIG_KEY = "c2" * 32
SCHOOL_KEY = "5e" * 32
TOKENS = {"st-r101": "T0ken-of-st-r101-works-once_", "st-r102": "T0ken-of-st-r102-works-once_"}
ENROLMENT: Mapping[str, object] = {
    "v": 1,
    "school": "34000000123456",
    "server": "https://central.school.lan",
    "server_ack": ACK_KEY,
    "server_config": CONFIG_KEY,
    "key_id": "k1",
    "release_root": None,
    "tokens": {
        station: {"token": token, "expires_at": "2099-01-01T00:00:00+00:00"}
        for station, token in TOKENS.items()
    },
}


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies on the desk of an IT person: a folder with a room list and the server's keys."""

    folder: Path

    @property
    def rooms(self) -> Path:
        """The room list."""
        return self.folder / "rooms.csv"

    @property
    def out(self) -> Path:
        """Where bundles go."""
        return self.folder / "out"

    def list_rooms(self, *rows: Mapping[str, str]) -> Path:
        """Write the room list with these rows."""
        return write_csv(self.rooms, rows)

    def bundle_arguments(self, *stations: str, school_key: bool = True) -> list[str]:
        """Return the command line that builds bundles."""
        arguments = ["bundle", str(self.rooms), *stations, "--out", str(self.out)]
        arguments += ["--enrolment", str(self.enrol())]
        if school_key:
            arguments += ["--school-key", str(self._secret("school.key", f"{SCHOOL_KEY}\n"))]
        return arguments

    def enrol(self, **members: object) -> Path:
        """Write the file of an enrolment with a token for each of TOKENS; `members` replace what it says."""
        return self._secret("enrolment.json", json.dumps({**ENROLMENT, **members}))

    def _secret(self, name: str, text: str) -> Path:
        file = self.folder / name
        file.touch(mode=0o600)
        file.write_text(text, encoding="utf-8")
        return file


def write_csv(file: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    """Write rows under the header of a room list, every cell quoted."""
    names = [column.name for column in COLUMNS]
    lines = [names, *([row.get(name, "") for name in names] for row in rows)]
    text = "".join(",".join('"' + cell.replace('"', '""') + '"' for cell in line) + "\n" for line in lines)
    file.write_text(text, encoding="utf-8", newline="")
    return file


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder by its path in it."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
