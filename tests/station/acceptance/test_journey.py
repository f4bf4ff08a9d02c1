"""The whole acceptance on the emulated chip, with a scripted person, and a plug pulled by a kill."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from station.acceptance import plug
from station.acceptance.outcome import Outcome, Shown
from station.acceptance.report import Report
from station.acceptance.steps import STEPS
from station.acceptance.taps import TAPS
from station.journal import FILE_NAME
from tests.fakes.acceptance import UIDS, Visit, report_in, settle, tap
from tests.fakes.simulator import PractiseBench, practising
from tests.fakes.station_process import Room

pytestmark = pytest.mark.journey

NAMES = tuple(step.name for step in STEPS)
SCRIPT: dict[str, Callable[[], str]] = {
    "Is the reader bare?": lambda: "y",
    "Do this step once more now?": lambda: "n",
    "Can you pull the plug": lambda: "y",
}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[PractiseBench]:
    with practising(tmp_path) as bench:
        yield bench


def lay_down(visit: Visit, bench: PractiseBench, count: int, line: str) -> None:
    for number in range(1, count + 1):
        tap(bench, number, lambda number=number: visit.until(line.format(number)))  # type: ignore[misc]  # bound at once


def test_a_whole_acceptance_with_a_plug_pulled_in_its_last_step(tmp_path: Path, bench: PractiseBench) -> None:
    config, report = settle(tmp_path, bench.link), tmp_path / "report"
    first = Visit(config, report, "aaaa")
    first.follow(SCRIPT, "Lay cards down, one at a time")
    lay_down(first, bench, TAPS, "{}: WELCOME\n")
    first.until("How often did you lay a card down?")
    first.answer(str(TAPS))
    first.follow(SCRIPT, "Lay cards down, again and again")
    lay_down(first, bench, 6, "green {}\n")
    first.cut()

    again = Visit(config, report, "bbbb")
    again.until("What was the last number")
    assert "Going on with plug" in again.said
    again.answer("6")
    code = again.end()
    told = report_in(report)
    assert list(told["steps"]) == list(NAMES)
    steps = told["steps"]
    reader = steps["reader"]["figures"]
    assert isinstance(reader, dict)
    # A machine with much else to do lets its chip answer late now and then.
    assert (reader["nfc"]["chip"], reader["nfc"]["looks"]) == ("PN532v1.6", 20)
    figures = steps["taps"]["figures"]
    assert isinstance(figures, dict)
    # Whether the lights were quick enough is this machine's affair.
    assert {name: figures[name] for name in ("laid_down", "green", "missed", "too_many", "others")} == {
        "laid_down": TAPS,
        "green": TAPS,
        "missed": 0,
        "too_many": 0,
        "others": {},
    }
    assert steps["plug"]["outcome"] == "ok"
    assert (steps["pins"]["outcome"], steps["lamps"]["outcome"]) == ("not there", "not there")
    wanted = 69 if steps["reader"]["outcome"] == "FAIL" else int(str(told["verdict"]) != "accepted")
    assert code == wanted
    page = (report / "acceptance-st-r101.txt").read_text("utf-8")
    assert "plug: ok" in page
    kept = page + (report / "acceptance-st-r101.json").read_text("utf-8")
    assert not [uid for uid in UIDS if uid.lower() in kept.lower()]
    # Nothing of the trials is left, and no journal was begun.
    assert list((tmp_path / "state").iterdir()) == []


@pytest.fixture
def armed(tmp_path: Path, bench: PractiseBench) -> tuple[Path, Path, Path]:
    """Return settings, report and trial folder of a plug pulled after six greens; three of them set apart."""
    config, report = settle(tmp_path, bench.link), tmp_path / "report"
    done = Report(report, "st-r101", NAMES, {})
    for name in NAMES[:-1]:
        done.add(name, Shown(Outcome.WELL, "done before"), "then")
    visit = Visit(config, report, "aaaa")
    visit.follow(SCRIPT, "Lay cards down, again and again")
    scratch = tmp_path / "state/acceptance" / plug.ARMED
    for number in range(1, 7):
        tap(bench, number, lambda number=number: visit.until(f"green {number}\n"))  # type: ignore[misc]  # bound at once
        if number == 3:
            for name in (f"{FILE_NAME}-wal", plug.LEDGER):
                (tmp_path / name).write_bytes((scratch / name).read_bytes())
    visit.cut()
    return config, report, scratch


def proven(config: Path, report: Path, seen: str) -> tuple[int, str]:
    visit = Visit(config, report, "bbbb")
    visit.until("What was the last number")
    visit.answer(seen)
    if visit.until("Do this step once more now?", "Keep ") != "Keep ":
        visit.answer("n")
    code, said = visit.end(), report_in(report)["steps"]["plug"]
    return code, f"{said['outcome']}: {said['says']}"


def test_greens_the_card_lost_are_found_out(armed: tuple[Path, Path, Path], tmp_path: Path) -> None:
    config, report, scratch = armed
    (scratch / f"{FILE_NAME}-wal").write_bytes((tmp_path / f"{FILE_NAME}-wal").read_bytes())
    code, said = proven(config, report, "6")
    assert code == 1
    assert said.startswith("FAIL: 6 greens, then the plug: 3 of them lost; the first one lost is entry 6")


def test_a_card_that_lost_what_was_green_and_the_note_of_it_is_found_out_by_the_person(
    armed: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    config, report, scratch = armed
    for name in (f"{FILE_NAME}-wal", plug.LEDGER):
        (scratch / name).write_bytes((tmp_path / name).read_bytes())
    code, said = proven(config, report, "6")
    assert code == 1
    assert "you saw 6 greens and the card kept note of 3" in said


def test_a_process_that_died_without_the_plug_begins_the_step_again(armed: tuple[Path, Path, Path]) -> None:
    config, report, _ = armed
    visit = Visit(config, report, "aaaa")
    visit.until("Can you pull the plug of this board")
    visit.answer("q")
    assert visit.end() == 1
    assert "plug" not in report_in(report)["steps"]


def test_a_station_at_work_is_not_disturbed(tmp_path: Path) -> None:
    room = Room(tmp_path)
    try:
        room.start()
        asked = room.ask("selftest", "--full", "--report", str(tmp_path / "report"))
        assert (asked.returncode, asked.stdout) == (75, "")
        assert "stop rollbook-station.service first" in asked.stderr
    finally:
        room.close()


def test_a_station_never_started_is_not_accepted(tmp_path: Path) -> None:
    room = Room(tmp_path)
    asked = room.ask("selftest", "--full", "--report", str(tmp_path / "report"))
    room.close()
    assert asked.returncode == 69
    assert "start rollbook-station.service once" in asked.stderr


@pytest.mark.parametrize("options", [["--full"], ["--report", "folder"]])
def test_the_two_options_go_together(tmp_path: Path, options: list[str]) -> None:
    room = Room(tmp_path)
    asked = room.ask("selftest", *options)
    room.close()
    assert asked.returncode == 64
    assert "go together" in asked.stderr
