"""The report: kept whole after each step, taken up again, and judged by every step there is."""

import io
import json
from pathlib import Path

import pytest

from station.acceptance import acceptance
from station.acceptance.outcome import Outcome, Shown
from station.acceptance.person import StoppedError, TerminalPerson
from station.acceptance.report import Report
from station.acceptance.site import Site, run_program
from station.acceptance.steps import Step
from station.errors import JournalError, UsageError
from tests.fakes.acceptance import ScriptedPerson, site_of

AT = "2026-09-01T15:00:00+00:00"
WELL, FAILED = Shown(Outcome.WELL, "it is well"), Shown(Outcome.FAILED, "it is not", {"ms": 7}, "mend it")
ABSENT, LEFT_OUT = Shown(Outcome.ABSENT, "none"), Shown(Outcome.LEFT_OUT, "no")


def report_of(folder: Path, *names: str) -> Report:
    return Report(folder, "st-r101", names, {"model": "Raspberry Pi 3"})


@pytest.mark.parametrize(
    ("shown", "verdict"),
    [
        ([WELL, ABSENT], "accepted"),
        ([WELL, FAILED], "not accepted"),
        ([FAILED], "not accepted"),
        ([WELL, LEFT_OUT], "not finished"),
        ([WELL], "not finished"),
        ([], "not finished"),
    ],
)
def test_the_verdict_needs_every_step(tmp_path: Path, shown: list[Shown], verdict: str) -> None:
    report = report_of(tmp_path, "one", "two")
    for name, each in zip(report.steps, shown, strict=False):
        report.add(name, each, AT)
    assert report.verdict == verdict


def test_a_report_is_taken_up_where_it_was_left_with_what_was_to_be_kept(tmp_path: Path) -> None:
    first = report_of(tmp_path, "one", "two", "three")
    first.add("one", FAILED, AT)
    first.kept["plug"] = {"boot_id": "b0"}
    first.save()
    again = report_of(tmp_path, "one", "two", "three")
    kept = again.kept
    again.load()
    assert (again.due(), again.wanting(), kept) == (["two", "three"], ["one"], {"plug": {"boot_id": "b0"}})
    assert {file.suffix for file in tmp_path.iterdir()} == {".json", ".txt"}


def test_the_page_says_of_each_step_what_was_found_and_what_to_do(tmp_path: Path) -> None:
    report = report_of(tmp_path, "one", "two")
    report.add("one", FAILED, AT)
    assert report.page.read_text("utf-8").splitlines() == [
        "Acceptance of station st-r101: NOT ACCEPTED",
        "",
        "model: Raspberry Pi 3",
        "",
        f"one: FAIL ({AT})",
        "    it is not",
        "    to do: mend it",
        "    ms = 7",
        "",
        "two: not done yet",
    ]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"form": 2, "steps": {}, "kept": {}}', '{"form": 1}'])
def test_a_file_that_is_no_report_is_left_alone(tmp_path: Path, text: str) -> None:
    report = report_of(tmp_path, "one")
    report.file.write_text(text, "utf-8")
    with pytest.raises(UsageError, match="name another folder"):
        report.load()
    assert report.file.read_text("utf-8") == text


class Steps:
    """Steps that show what a script says, and count how often they were done."""

    def __init__(self, **shown: list[Shown | Exception]) -> None:
        self.shown = shown
        self.done: list[str] = []

    def step(self, name: str) -> Step:
        def run(_site: Site) -> Shown:
            self.done.append(name)
            shown = self.shown[name].pop(0)
            if isinstance(shown, Exception):
                raise shown
            return shown

        return Step(name, f"what {name} shows", run)


def accepted(
    folder: Path, monkeypatch: pytest.MonkeyPatch, steps: Steps, answers: dict[str, bool | int]
) -> tuple[int, ScriptedPerson]:
    monkeypatch.setattr(acceptance, "STEPS", tuple(map(steps.step, steps.shown)))
    site = site_of(folder, answers)
    assert isinstance(site.person, ScriptedPerson)
    return acceptance.accept(site, report_of(folder / "report", *steps.shown)), site.person


def test_a_step_that_failed_may_be_done_again_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = Steps(one=[FAILED, WELL], two=[ABSENT])
    code, person = accepted(tmp_path, monkeypatch, steps, {"once more now": True})
    assert (code, steps.done) == (0, ["one", "one", "two"])
    assert "To do: mend it" in person.heard


@pytest.mark.parametrize(
    ("name", "error", "code"), [("one", JournalError("no room"), 1), ("reader", OSError("no bus"), 69)]
)
def test_a_step_that_breaks_has_failed_and_the_others_are_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, error: Exception, code: int
) -> None:
    shown: dict[str, list[Shown | Exception]] = {name: [error], "two": [WELL]}
    steps = Steps(**shown)
    found, _ = accepted(tmp_path, monkeypatch, steps, {"once more now": False})
    assert (found, steps.done) == (code, [name, "two"])
    told = json.loads((tmp_path / "report/acceptance-st-r101.json").read_text("utf-8"))
    assert told["steps"][name] == {
        "outcome": "FAIL",
        "says": str(error),
        "todo": "",
        "figures": {},
        "at": told["steps"][name]["at"],
    }


@pytest.mark.parametrize(
    ("before", "asked", "done"),
    [
        ({"one": WELL, "two": WELL}, {"Begin anew": True}, ["one", "two"]),
        ({"one": WELL, "two": WELL}, {"Begin anew": False}, []),
        ({"one": WELL, "two": FAILED}, {"not well: two": True}, ["two"]),
        ({"one": FAILED, "two": LEFT_OUT}, {"not well: one, two": False}, []),
        ({"one": WELL}, {}, ["two"]),
    ],
)
def test_a_run_goes_on_where_the_one_before_ended(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    before: dict[str, Shown],
    asked: dict[str, bool | int],
    done: list[str],
) -> None:
    earlier = report_of(tmp_path / "report", "one", "two")
    for name, shown in before.items():
        earlier.add(name, shown, AT)
    steps = Steps(one=[WELL], two=[WELL])
    accepted(tmp_path, monkeypatch, steps, asked)
    assert steps.done == done


def test_whoever_stops_keeps_what_was_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = Steps(one=[WELL], two=[StoppedError("stopped here")], three=[WELL])
    with pytest.raises(StoppedError):
        accepted(tmp_path, monkeypatch, steps, {})
    left = report_of(tmp_path / "report", "one", "two", "three")
    left.load()
    assert left.due() == ["two", "three"]


def test_a_person_is_asked_until_the_answer_is_one() -> None:
    out = io.StringIO()
    person = TerminalPerson(io.StringIO("maybe\n\nYes\n12 cards\n-1\n12\nq\n"), out)
    assert person.agrees("Is it lit?")
    assert person.counted("How many?") == 12
    with pytest.raises(StoppedError, match="goes on from this step"):
        person.agrees("And now?")
    with pytest.raises(StoppedError):
        person.agrees("Nobody is there any more?")
    assert out.getvalue().count("Is it lit?") == 3
    assert out.getvalue().count("How many?") == 3


def test_a_program_that_is_not_there_is_told_like_one_that_failed(tmp_path: Path) -> None:
    assert run_program(["sh", "-c", "echo said; exit 3"]) == (3, "said\n")
    code, _ = run_program([str(tmp_path / "none")])
    assert code == 127
