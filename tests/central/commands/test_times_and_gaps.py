"""From the command line: times that wait for a person, the register of gaps, and clearing a station."""

import argparse
import csv
import importlib
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest

from central.config import CentralConfig
from central.errors import CentralError
from central.store.models import Tap, TimeDecision
from central.work.doubts import read_doubts
from central.work.gaps import UNHEARD
from central.work.keys import ACK
from tests.fakes import untimed
from tests.fakes.doubtful import EPOCH, set_aside
from tests.fakes.evidence_file import SERVER_KEY
from tests.fakes.school import MONDAY, at
from tests.fakes.untimed import EVENING, UntimedRoom

pytestmark = pytest.mark.django_db


class Desk:
    """A command line in front of the untimed room."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.room: UntimedRoom = untimed.build(folder)
        keys = folder / "keys"
        keys.mkdir()
        (keys / f"{ACK}.pub").write_text(SERVER_KEY.verify_key.public.hex(), encoding="ascii")
        self._config = CentralConfig(data_dir=str(folder))
        self._capture = capture
        self.code = 0
        self.entry = f"st-r101/{EPOCH}/{self.room.ana_at}"

    def run(self, name: str, *arguments: str) -> str:
        module = importlib.import_module(f"central.commands.{name}")
        parser = argparse.ArgumentParser()
        module.arguments(parser)
        self.code = module.run(parser.parse_args(arguments), self._config, lambda: EVENING)
        return self._capture.readouterr().out


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def test_the_times_that_wait_are_listed_shown_and_decided(desk: Desk) -> None:
    listed = desk.run("decide_time")
    assert desk.code == 1
    assert f"{desk.entry}  R  R101  2024-09-06 15:55:00 to 2024-09-09 10:58:59" in listed
    assert "student 001001" in listed
    assert "1 tap waits" in listed
    shown = desk.run("decide_time", desk.entry)
    assert "Mon 2024-09-09  Algebra 1 08:30-10:00" in shown
    assert "Sun 2024-09-08  no class in the room" in shown
    assert "error: the network is down" in shown
    assert "Soto" not in listed + shown
    said = ("--from", "2024-09-09T08:20", "--to", "2024-09-09T08:35", "--as", "E004", "--reason", "a note")
    assert "resolved next round" in desk.run("decide_time", desk.entry, *said)
    assert desk.code == 0
    assert Tap.objects.get(sequence=desk.room.ana_at).on == MONDAY
    assert "by employee E004: a note" in desk.run("decide_time", desk.entry)


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--as", "E004"], "needs --from, --to"),
        (["--from", "yesterday", "--to", "now", "--as", "E004"], "is no time"),
        (["--from", "2024-09-09T08:20", "--to", "2024-09-09T08:35", "--as", "E004"], "needs a reason"),
    ],
)
def test_a_decision_lacking_something_writes_nothing(desk: Desk, arguments: list[str], what: str) -> None:
    with pytest.raises(CentralError, match=what):
        desk.run("decide_time", desk.entry, *arguments)
    assert not TimeDecision.objects.exists()


@pytest.mark.parametrize("name", ["st-r101", "st-r101/x/1", f"st-r101/{EPOCH}/9999", "st-r999/1/1"])
def test_an_entry_that_is_not_there_is_said_to_be(desk: Desk, name: str) -> None:
    with pytest.raises(CentralError, match=r"names no entry|there is no"):
        desk.run("decide_time", name)


def test_the_register_comes_as_text_csv_and_json_and_takes_explanations(desk: Desk) -> None:
    day = ("--since", "2024-09-09", "--station", "st-r102")
    name = "st-r102/unheard/2024-09-09/0/0"
    text = desk.run("gaps", *day)
    assert desk.code == 1
    assert text.splitlines() == [
        f"{name}  R102  2024-09-09 10:30:00 to 2024-09-09 12:00:00: {UNHEARD}",
        "1 gap, 1 without an explanation",
    ]
    (row,) = csv.DictReader(io.StringIO(desk.run("gaps", *day, "--format", "csv"), newline=""))
    (same,) = json.loads(desk.run("gaps", *day, "--format", "json"))
    assert row == {key: "" if value is None else str(value) for key, value in same.items()}
    assert (row["gap"], row["kind"], row["missing"]) == (name, "unheard", "")
    desk.run("gaps", "--explain", name, "--as", "E006", "--reason", "=the station is at the repair shop")
    assert "explained by employee E006" in desk.run("gaps", *day)
    assert desk.code == 0
    assert "'=the station" in desk.run("gaps", *day, "--format", "csv")


def test_the_register_wants_its_days_in_order_and_an_explanation_its_author(desk: Desk) -> None:
    with pytest.raises(CentralError, match="exchange --since and --until"):
        desk.run("gaps", "--since", "2024-09-10", "--until", "2024-09-09")
    with pytest.raises(CentralError, match="needs --as"):
        desk.run("gaps", "--explain", "st-r102/unheard/2024-09-09/0/0")


def test_a_station_in_doubt_is_cleared(desk: Desk) -> None:
    set_aside(desk.room.file.path, "st-r101", "clone", at(MONDAY, "08:00") + timedelta(hours=9))
    read_doubts(desk.room.evidence)
    said = desk.run("clear_station", "st-r101", "--as", "E006", "--reason", "the copy was destroyed")
    assert said.startswith("1 doubt of st-r101 cleared")
