"""The morning bell at a pace any machine holds: what counts is that all of it is there, not how fast."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import bell

RATE, SECONDS = 50, 2


@pytest.mark.journey
@pytest.mark.invariant(8)
@pytest.mark.fault("P5")
def test_every_class_is_held_once_over_tls_though_central_is_killed_in_the_midst(tmp_path: Path) -> None:
    figures = tmp_path / "bell.json"
    asked = ["--rate", str(RATE), "--seconds", str(SECONDS), "--lines", "8", "--kill", "--json", str(figures)]
    assert bell.main([*asked, "--folder", str(tmp_path)]) == 0
    told: list[dict[str, Any]] = json.loads(figures.read_text(encoding="utf-8"))["figures"]["bells"]
    assert [each["what"] for each in told] == ["bell", "killed"]
    for each in told:
        # A class is 23 taps after the first entry of its journal.
        whole = {"acknowledged": RATE * SECONDS, "entries": RATE * SECONDS * 24}
        assert each["proof"] == {**whole, "lost": 0, "doubled": 0, "other": 0}
    assert told[0]["statuses"] == {"200": RATE * SECONDS}
