"""Who comes during a commit waits a moment for company; who comes alone waits for nobody."""

from pathlib import Path

import pytest

from tests.fakes.gated_evidence import PATIENCE_S, Gate
from tests.fakes.requests_kept import done, keep, kept, writing


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "evidence.sqlite"


def test_who_came_during_a_commit_waits_for_company_and_who_comes_alone_does_not(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("central.intake.writer.GATHER_S", 10 * PATIENCE_S)
    monkeypatch.setattr("central.intake.writer.GROUP", 3)
    gate = Gate()
    with writing(path, gate) as writer:
        assert done(writer.submit(keep("alone"))) == [200]
        gate.close()
        first = writer.submit(keep("first"))
        gate.wait_for_a_commit()
        second = writer.submit(keep("second"))
        gate.open()
        assert done(first) == [200]
        third = writer.submit(keep("third"))
        assert not second.done()
        assert done(second, third, writer.submit(keep("fourth"))) == [200] * 3
        assert gate.commits == 3


def test_whoever_waits_for_company_is_carried_out_when_no_more_comes(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("central.intake.writer.GATHER_S", 10 * PATIENCE_S)
    gate = Gate()
    with writing(path, gate) as writer:
        gate.close()
        first = writer.submit(keep("first"))
        gate.wait_for_a_commit()
        second = writer.submit(keep("second"))
        gate.open()
        assert done(first) == [200]
        writer.stop()
        assert done(second) == [200]
    assert kept(path) == ["first", "second"]
