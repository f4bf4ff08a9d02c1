"""What a batch says of the station's well-being."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sync_agent.health import health


def test_readers_and_free_space_are_told(tmp_path: Path) -> None:
    status = {"readers": {"nfc": {"state": "ready", "resets": 0, "since_ms": 5}}}
    (tmp_path / "status.json").write_text(json.dumps(status))
    told = health(tmp_path, is_practice=False)
    assert told["readers"] == {"nfc": "ready"}
    assert isinstance(told["disk_free_mb"], int)
    assert "practice" not in told


def test_a_rehearsal_says_so(tmp_path: Path) -> None:
    assert health(tmp_path, is_practice=True)["practice"] is True


@pytest.mark.parametrize(
    "text", ["", "[]", '{"readers":[]}', '{"readers":{"nfc":1}}', "[" * 100_000, " " * 99_999]
)
def test_a_status_that_cannot_be_read_is_left_out(tmp_path: Path, text: str) -> None:
    (tmp_path / "status.json").write_text(text)
    assert not health(tmp_path, is_practice=False).get("readers")
