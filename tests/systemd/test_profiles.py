"""What a station is given beside its units: a watched kernel, a clock that is asked, a read-only root."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.systemd import units

READ_ONLY = units.FOLDER / "profiles/read-only"
GENERATOR = Path("/usr/lib/systemd/system-generators/systemd-fstab-generator")
pytestmark = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="systemd-analyze is missing: apt install systemd"
)


def test_the_board_restarts_a_system_that_hangs_within_what_its_timer_counts() -> None:
    settings = units.read("system.conf.d/rollbook.conf")
    said = subprocess.run(
        ["systemd-analyze", "timespan", settings.one("RuntimeWatchdogSec")],
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"μs: (\d+)", said.stdout)
    assert found
    assert 5_000_000 <= int(found[1]) <= 15_000_000


def mounts() -> list[list[str]]:
    text = (READ_ONLY / "fstab").read_text(encoding="utf-8")
    return [line.split() for line in text.splitlines() if line and not line.startswith("#")]


@pytest.mark.skipif(not GENERATOR.exists(), reason="systemd's generator for mounts is missing")
def test_systemd_makes_of_the_read_only_cards_table_what_each_service_waits_for(tmp_path: Path) -> None:
    folders = [str(tmp_path / name) for name in ("normal", "early", "late")]
    for folder in folders:
        Path(folder).mkdir()
    done = subprocess.run(
        [str(GENERATOR), *folders],
        env={"SYSTEMD_FSTAB": str(READ_ONLY / "fstab"), "SYSTEMD_IN_INITRD": "0", "SYSTEMD_PROC_CMDLINE": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "error" not in done.stderr.lower()
    made = {file.name: file.read_text(encoding="utf-8") for file in Path(folders[0]).glob("*.mount")}
    assert len(made) == len(mounts()) == 5
    assert "RequiresMountsFor=/srv/rollbook" in made["var-lib-rollbook.mount"]
    assert units.read("rollbook-station.service").one("RequiresMountsFor") == "/var/lib/rollbook"


def test_whatever_a_stations_services_keep_outlives_a_start_of_a_read_only_card() -> None:
    kept = {where for _what, where, *_how in mounts()}
    for name in units.SERVICES:
        unit = units.read(name)
        if unit.account() != "rollbook-central":
            assert {f"/var/lib/{folder}" for folder in unit.all("StateDirectory")} <= kept, name
    assert {"/etc/rollbook", "/opt/rollbook"} <= kept
    # Otherwise the data partition would be written to memory as well.
    assert "recurse=0" in (READ_ONLY / "overlayroot.local.conf").read_text(encoding="utf-8").splitlines()[-1]


def test_the_time_is_asked_for_more_often_than_the_mark_is_trusted() -> None:
    asked = units.read("timesyncd.conf.d/rollbook.conf").one("PollIntervalMaxSec")
    said = subprocess.run(
        ["systemd-analyze", "timespan", asked], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"μs: (\d+)", said)
    assert found
    # 16 seconds of error at half a millisecond a second.
    assert int(found[1]) < 32_000 * 1_000_000 / 4
