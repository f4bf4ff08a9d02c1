"""A card becomes a station by its bundle alone: installed without a network, enrolled, scrubbed."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from demo import school as made_up
from demo.programs import Program
from provisioning import release_folder, release_keys
from provisioning.cli import main as provision
from provisioning.release_folder import Parts
from station.journal import FILE_NAME as JOURNAL_FILE
from sync_agent.release_platform import platform_name
from tests.fakes import wheelhouse
from tests.fakes.journey import PANEL, Site
from tests.fakes.provisioning import SSH_KEY, tree, write_csv
from tests.fakes.station_process import wait_for
from tests.journeys.living import station_of

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(
        not all(map(shutil.which, ("systemctl", "systemd-sysusers"))),
        reason="systemctl or systemd-sysusers is missing: apt install systemd",
    ),
]
NOW = datetime.now(UTC)
PSK = "0f" * 32


@dataclass(frozen=True)
class Card:
    """A Raspberry Pi as a folder: its root file system, and the boot partition with a bundle on it."""

    root: Path
    boot: Path

    @property
    def etc(self) -> Path:
        return self.root / "etc/rollbook"

    @property
    def programs(self) -> Path:
        return self.root / "opt/rollbook/current/bin"

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a program of the card, where nothing of this checkout is to be found."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        told = {"ROLLBOOK_ROOT": str(self.root), "PATH": path, "PIP_NO_INDEX": "1", "HOME": str(self.root)}
        return subprocess.run(
            [str(part) for part in command],
            env=told,
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
        )

    def start(self, program: str, command: str, log: Path) -> Program:
        """Start one of the card's own programs."""
        settings = self.etc / ("sync.toml" if program == "rollbook-sync" else "station.toml")
        return Program([str(self.programs / program), command, "--config", str(settings)], log)


class Desk:
    """IT's desk: a school with a server, a list with the second class's room, and releases it signed."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site, self.folder = site, folder
        site.section = site.school.sections[1]
        site.room = site.premises.room(site.section)
        site.furnish()
        self.station = site.section.station
        row = {
            "station": self.station,
            "room": site.section.room,
            "school": made_up.CODE,
            "hostname": self.station,
            "server": "https://central.school.lan",
            "reader": "pn532",
            "wifi_ssid": "school",
            "wifi_psk": PSK,
            "wifi_country": "US",
            "admin_ssh_key": SSH_KEY,
        }
        folder.mkdir()
        self.rooms = write_csv(folder / "rooms.csv", [row])

    def release(self) -> Path:
        """Sign what is installed here as a release for this machine."""
        house = wheelhouse.build(self.folder / "wheels", ["station", "sync", "update"])
        wheels = {file.name: file for file in house.iterdir()}
        version = next(name.split("-")[1] for name in wheels if name.startswith("rollbook-"))
        release_keys.make(self.folder / "keys", NOW)
        parts = Parts(version, wheels, {platform_name(): sorted(wheels)}, {})
        release_folder.add(self.folder / "releases", parts, self.folder / "keys", NOW)
        return self.folder / "releases"

    def central(self, *arguments: str | Path) -> str:
        return self.site.office.central(*map(str, arguments))

    def enlist(self, name: str, *arguments: str) -> Path:
        out = self.folder / f"{name}.json"
        self.central("enlist", "make", self.rooms, "--out", out, *arguments)
        # The school lives in a rehearsal's year, the desk in this one.
        whole = json.loads(out.read_text())
        for token in whole["tokens"].values():
            token["expires_at"] = (NOW + timedelta(days=14)).isoformat()
        out.write_text(json.dumps(whole))
        return out

    def token(self, enrolment: Path) -> str:
        token: str = json.loads(enrolment.read_text())["tokens"][self.station]["token"]
        return token

    def card(self, name: str, enrolment: Path, release: Path) -> Card:
        """Build a bundle and put it on a card."""
        out = self.folder / f"bundles-{name}"
        keys = ("--school-key", str(self.site.premises.keys / "school.key"))
        command = ["bundle", str(self.rooms), "--enrolment", str(enrolment), "--release", str(release)]
        assert provision([*command, *keys, "--out", str(out)]) == 0
        card = Card(self.folder / name / "root", self.folder / name / "boot")
        # A boot partition is FAT: it keeps no modes.
        shutil.copytree(out / self.station, card.boot, copy_function=shutil.copyfile)
        card.root.mkdir()
        return card

    def lead_home(self, card: Card, port: int) -> None:
        """Have the card's settings name this machine's server, folders and reader; keys stay."""
        room = self.site.room
        practice = f'[practice]\nclock = "{self.site.premises.clock}"\n'
        here = {'^state_dir = ".*"': f'state_dir = "{room.state}"'}
        here |= {'^port = ".*"': f'port = "{room.folder}/nfc"'}
        panel = f'kind = "recorded"\nrecord_to = "{room.folder / PANEL}"'
        station = {**here, 'kind = "gpio"': panel, "^reset_pin.*$": "", "^baud.*$": ""}
        agent = {**here, 'server = ".*"': f'server = "http://127.0.0.1:{port}"'}
        _change(card.etc / "station.toml", station, practice)
        timing = "[timing]\npoll_s = 2\nlinger_s = 0.1\nbackoff_s = 0.2\nlongest_backoff_s = 1\n"
        _change(card.etc / "sync.toml", agent, timing + practice)


def _change(file: Path, changes: dict[str, str], more: str) -> None:
    text = file.read_text(encoding="utf-8")
    for old, new in changes.items():
        text = re.sub(old, new, text, flags=re.MULTILINE)
    file.write_text(f"{text}\n{more}", encoding="utf-8")


@pytest.fixture
def desk(site: Site, tmp_path: Path) -> Desk:
    return Desk(site, tmp_path / "desk")


def holds(card: Card, secrets: Sequence[str]) -> list[str]:
    """Return the files of the boot partition that hold one of these."""
    return [
        name for name, data in tree(card.boot).items() if any(secret.encode() in data for secret in secrets)
    ]


def refused(card: Card, why: str, log: Path) -> None:
    """Have a card enrol that is refused, and wait until it says so."""
    program = card.start("rollbook-sync", "enrol", log)
    try:
        wait_for(lambda: log.exists() and why in log.read_text(), f"{why} in {log.name}")
    finally:
        program.stop()


@pytest.mark.invariant(36)
@pytest.mark.timeout(600)
def test_a_card_becomes_a_station_by_its_bundle_alone(desk: Desk) -> None:
    site, logs = desk.site, desk.site.premises.logs
    enrolment = desk.enlist("enrolment")
    token = desk.token(enrolment)
    card = desk.card("first", enrolment, desk.release())
    installed = card.run("sh", card.boot / "rollbook/install.sh")
    assert installed.returncode == 0, installed.stderr
    with ExitStack() as stack:
        port = stack.enter_context(site.serving())
        desk.lead_home(card, port)
        assert holds(card, [token, PSK])
        enrolled = card.run(card.programs / "rollbook-sync", "enrol", "--config", card.etc / "sync.toml")
        assert enrolled.returncode == 0, enrolled.stderr
        scrub = (card.programs / "python", "-m", "provisioning.board.scrub")
        scrubbed = card.run(*scrub, "--boot", card.boot, "--root", card.root)
        assert scrubbed.returncode == 0, scrubbed.stdout + scrubbed.stderr
        assert holds(card, [token, PSK, (site.premises.keys / "school.key").read_text().strip()]) == []
        assert not (card.etc / "enrol.token").exists()
        station = stack.enter_context(station_of(site, seed=5))
        program = card.start("rollbook-station", "run", logs / "station.log")
        stack.callback(program.stop)
        station.hand.flow()
        station.wait_for_lights(2)
        stack.callback(card.start("rollbook-sync", "run", logs / "agent.log").stop)
        wait_for((site.room.state / JOURNAL_FILE).exists, "the journal")
        wait_for(lambda: site.held() > 0, "the first acknowledged entries")
        refused_cards(desk, card, token)
    told = desk.central("enlist", "list")
    assert re.search(rf"{desk.station} .* used ", told)


def refused_cards(desk: Desk, first: Card, token: str) -> None:
    """Try every token that must not work, with a card of its own each."""
    logs = desk.site.premises.logs
    tries = {
        "token-used": token,
        "wrong-school": f"9{token}",
        "token-unknown": f"{token}0",
    }
    for why, shown in tries.items():
        refused(copied(desk, first, why, shown), why, logs / f"{why}.log")
    later = desk.folder / "replacement.json"
    desk.central("replace-station", desk.station, "--reason", "water damage", "--out", later)
    taken_back = copied(desk, first, "token-revoked", desk.token(later))
    desk.central("enlist", "take-back", desk.station, "--reason", "lost in the post")
    refused(taken_back, "token-revoked", logs / "token-revoked.log")
    desk.central("retire", desk.station)
    refused(copied(desk, first, "station-retired", token), "station-retired", logs / "station-retired.log")


def copied(desk: Desk, first: Card, name: str, token: str) -> Card:
    """Return a card with the settings of the first one, another token and no key yet."""
    card = Card(desk.folder / name / "root", first.boot)
    shutil.copytree(first.etc, card.etc)
    (card.etc / "station.key").unlink()
    (card.etc / "enrol.token").touch(mode=0o600)
    (card.etc / "enrol.token").write_text(token)
    (card.root / "opt/rollbook").mkdir(parents=True)
    (card.root / "opt/rollbook/current").symlink_to((first.root / "opt/rollbook/current").resolve())
    return card
