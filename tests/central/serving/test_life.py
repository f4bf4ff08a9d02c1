"""Central tells the service manager that it works, and not merely that it runs."""

import asyncio
import time
from pathlib import Path
from threading import Event

import pytest
import uvicorn

from central.config import CentralConfig
from central.intake.reply import Reply
from central.intake.writer import HUNG_S, Writer
from central.serving import background
from central.serving.background import Projector
from central.serving.site import Life, Site
from tests.fakes.gated_evidence import PATIENCE_S, Gate, gated


def test_a_server_whose_threads_hang_gives_no_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    beats: list[str] = []
    works = [True]

    async def tick(_self: object, _counter: int) -> bool:
        return False

    monkeypatch.setattr(uvicorn.Server, "on_tick", tick)
    life = Life(lambda: beats.append("beat"), lambda: works[0])
    site = Site(lambda: None, CentralConfig(), has_lifespan=False, life=life)
    asyncio.run(site.on_tick(0))
    assert beats == ["beat"]
    works[0] = False
    asyncio.run(site.on_tick(10))
    assert beats == ["beat"]
    works[0] = True
    asyncio.run(site.on_tick(20))
    assert beats == ["beat", "beat"]


def test_a_writer_that_hangs_in_a_commit_is_not_alive(tmp_path: Path) -> None:
    gate, passed_s = Gate(), [0.0]
    writer = Writer(lambda: gated(tmp_path / "evidence.sqlite", gate), monotonic=lambda: passed_s[0])
    writer.start()
    gate.close()
    waiting = writer.submit(lambda _evidence: Reply(200, b"kept"))
    gate.wait_for_a_commit()
    passed_s[0] = HUNG_S
    assert writer.is_alive
    passed_s[0] = HUNG_S + 1
    assert not writer.is_alive
    gate.open()
    assert waiting.result(PATIENCE_S).status == 200
    writer.stop()


def test_a_round_that_hangs_and_a_thread_that_ended_are_not_well(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, free = Event(), Event()

    def hang(_self: Projector) -> None:
        begun.set()
        free.wait(PATIENCE_S)

    monkeypatch.setattr(background, "close_old_connections", lambda: None)
    monkeypatch.setattr("central.serving.background.connections.close_all", lambda: None)
    monkeypatch.setattr(Projector, "work", hang)
    projector = Projector(CentralConfig(), lambda: pytest.fail("nobody asks"))
    assert not projector.is_well(0.0)
    projector.start()
    assert begun.wait(PATIENCE_S)
    began_s = time.monotonic()
    assert projector.is_well(began_s)
    assert not projector.is_well(began_s + background.HUNG_S + 1)
    free.set()
    projector.stop()
    assert not projector.is_well(time.monotonic())
