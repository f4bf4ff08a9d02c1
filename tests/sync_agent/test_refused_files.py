"""What the station does not take from the agent is said to whoever looks, and not only in a log."""

from pathlib import Path

import pytest

from station import inbox
from station.tap import Kind
from sync_agent import beacon, cli
from sync_agent.beacon import Inbox
from tests.fakes.sync_agent import Bench, write_settings
from tests.fakes.watch import Watch


def test_the_status_and_check_tell_how_many_files_the_station_refused(
    watch: Watch, bench: Bench, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    watch.pass_time(5)
    assert watch.status()["inbox_refused"] is None
    invented = {"epoch": bench.epoch, "seq": 900, "h": "00" * 32, "body": ""}
    Inbox(folder).put(Kind.CARRY, invented, bench.clock.reading())
    watch.pass_time(10)
    assert watch.status()["inbox_refused"].startswith("the station refused 1 of the agent's files")
    write_settings(folder, "https://central.school.lan")
    assert cli.main(["check", "--config", str(folder / "sync.toml")]) == 1
    assert "the station refused 1 of the agent's files" in capsys.readouterr().out


def test_agent_and_station_mean_the_same_folder() -> None:
    assert (inbox.FOLDER, inbox.REFUSED) == (beacon.FOLDER, beacon.REFUSED)
