import random
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

import pytest

from demo.cable import Cable
from demo.programs import Program
from station.tap import Kind, decode
from tests.fakes.journey import Site, bodies
from tests.fakes.station_process import DEADLINE_S, wait_for
from tests.journeys.living import station_of

pytestmark = pytest.mark.journey
_ANSWER = b"HTTP/1.1 "
_BACKLOG = 5_000
"""Entries enough that a drain takes a dozen requests."""


@pytest.fixture
def dice() -> random.Random:
    return random.Random(11)  # noqa: S311 (a failure must come again)


@contextmanager
def connected(site: Site) -> Iterator[Cable]:
    """Lay a cable from the agent to a server that is yet to be started."""
    with Cable(0) as cable:
        site.furnish(cable.port)
        yield cable


def serve(site: Site, cable: Cable) -> Program:
    program, port = site.serve()
    cable.lead_to(port)
    return program


def pause(dice: random.Random, longest_s: float) -> None:
    threading.Event().wait(dice.uniform(0.0, longest_s))


def taps_in_records(site: Site) -> int:
    """Count the taps central's records know, from outside."""
    file = site.premises.server / "data" / "records.sqlite"
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as records:
        return int(records.execute("SELECT count(*) FROM store_tap").fetchone()[0])


def taps_in_journal(site: Site) -> int:
    return sum(decode(body).kind == Kind.TAP for body in bodies(site.journal()))


def test_what_is_tapped_while_the_cable_is_cut_arrives_once(site: Site, dice: random.Random) -> None:
    with ExitStack() as stack:
        cable = stack.enter_context(connected(site))
        stack.callback(serve(site, cable).stop)
        agent = stack.enter_context(site.carrying())
        station = stack.enter_context(station_of(site, seed=11))
        process = station.start()
        stack.callback(process.stop)
        for cut in range(1, 4):
            station.wait_for_lights(30 * cut - 20)
            wait_for(lambda: site.held() > 0, "central hears of the station")
            pause(dice, 0.3)
            cable.cut()
            station.wait_for_lights(30 * cut - 15)
            held = site.held()
            station.wait_for_lights(30 * cut)
            assert site.held() == held < site.journal()[-1].seq, "something went through a cable that is cut"
            cable.restore()
        assert process.stop() == 0
        site.wait_until_drained()
        wait_for(lambda: taps_in_records(site) == taps_in_journal(site), "every tap in the records, once")
        assert agent.stop() == 0
    station.look_back()
    assert station.faults() == []
    assert site.evidence() == bodies(site.journal())


class Trap(Cable):
    """A cable at which somebody waits for an answer of central's, to kill central in that instant."""

    def __init__(self) -> None:
        super().__init__(0)
        self.is_sprung = threading.Event()
        self._central: Program | None = None
        self._answers = 0
        self._swallows = False

    def set(self, central: Program, answers: int, *, swallows: bool) -> None:
        """Wait for so many answers; the last one is passed on or swallowed, and central is no more."""
        self.is_sprung.clear()
        self._answers, self._swallows, self._central = answers, swallows, central

    def carry(self, chunk: bytes, sink: socket.socket, *, is_answer: bool) -> None:
        self._answers -= is_answer and chunk.startswith(_ANSWER)
        if is_answer and self._central and self._answers <= 0:
            if not self._swallows:
                super().carry(chunk, sink, is_answer=True)
            self._central.kill()
            self._central = None
            self.is_sprung.set()
            if self._swallows:
                raise ConnectionAbortedError
        else:
            super().carry(chunk, sink, is_answer=is_answer)


@pytest.mark.parametrize("swallows", [False, True], ids=["answer arrives", "answer is lost"])
def test_a_server_killed_as_it_answers_has_every_entry_it_acknowledged(
    site: Site, dice: random.Random, *, swallows: bool
) -> None:
    with ExitStack() as stack:
        trap = stack.enter_context(Trap())
        site.furnish(trap.port)
        site.fall_behind(_BACKLOG, dice)
        journal = bodies(site.journal())
        agent = stack.enter_context(site.carrying())
        for _ in range(2):
            central, port = site.serve()
            stack.callback(central.stop)
            # An acknowledgement before it ends the agent's waiting; so a new wait tells that it noticed.
            trap.set(central, dice.randrange(3, 6), swallows=swallows)
            trap.lead_to(port)
            assert trap.is_sprung.wait(DEADLINE_S), "central was never asked so often"
            wait_for(lambda: site.remembered().standing.attempt > 0, "the agent noticed")
            held = site.held()
            assert site.acknowledged() <= held < len(journal), "central lost what it acknowledged"
            assert not swallows or site.acknowledged() < held, "the agent knows an answer that it never got"
            assert site.evidence() == journal[:held]
        central, port = site.serve()
        stack.callback(central.stop)
        trap.lead_to(port)
        site.wait_until_drained()
        assert agent.stop() == 0
    assert site.evidence() == journal


def test_an_agent_killed_in_a_drain_doubles_nothing(site: Site, dice: random.Random) -> None:
    with ExitStack() as stack:
        cable = stack.enter_context(connected(site))
        site.fall_behind(_BACKLOG, dice)
        stack.callback(serve(site, cable).stop)
        journal = bodies(site.journal())
        seen = [0]
        for _ in range(4):
            agent = site.carry()
            stack.callback(agent.stop)
            wait_for(lambda: seen[-1] < site.held() or seen[-1] == len(journal), "the drain goes on")
            pause(dice, 0.05)
            agent.kill()
            seen.append(site.held())
        assert seen[1] < len(journal), "the drain was over before anybody was killed"
        agent = stack.enter_context(site.carrying())
        site.wait_until_drained()
        assert site.evidence() == journal
        wait_for(lambda: taps_in_records(site) == _BACKLOG, "every tap in the records, once")
        assert agent.stop() == 0
