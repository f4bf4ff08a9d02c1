import json
from pathlib import Path

import pytest

from station.clock import HandClock
from station.errors import PanelError
from station.panel.recorded import RecordedPanel
from station.verdict import State, Verdict


def test_every_recorded_sign_names_its_entry_and_its_moment(tmp_path: Path) -> None:
    clock, answers = HandClock(raw_ms=7), [None, 4711]
    panel = RecordedPanel(tmp_path / "panel.jsonl", clock, lambda: answers[-1])
    panel.show(Verdict.WELCOME)
    answers.append(None)
    clock.advance(1)
    panel.show(State.READY)
    # Read before it is closed: each line is there at once.
    lines = (tmp_path / "panel.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"sign": "WELCOME", "seq": 4711, "raw_ms": 7},
        {"sign": "READY", "seq": None, "raw_ms": 8},
    ]
    panel.close()


def test_a_record_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(PanelError, match="record_to"):
        RecordedPanel(tmp_path / "nowhere" / "panel.jsonl", HandClock(), lambda: None)
