"""What central orders is done once at most, in time, and never touches the journal."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from station.told import BLINK_FILE
from sync_agent.errors import MemoryFileError
from sync_agent.order_way import FILE, UPDATE_FILE, OrderWay, acts
from sync_agent.orders import VERBS, Order
from tests.fakes.sync_agent import Bench, DirectCourier
from tests.sync_agent.test_downlink import NOW, Desk, note

SOON = NOW + timedelta(minutes=30)


def order(verb: str = "blink", number: int = 1, until: object = SOON) -> Order:
    assert isinstance(until, type(SOON))
    return Order(f"{number:016x}", verb, until)


class PowerCutError(BaseException):
    """The machine is without power: nothing that follows is done."""


class Doing:
    """Counts what was done, and may be cut short before or after it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.done: list[str] = []
        self.fails: type[BaseException] | None = None

    def way(self) -> OrderWay:
        return OrderWay(self.folder, {verb: self._act(verb) for verb in VERBS})

    def _act(self, verb: str) -> Callable[[], None]:
        def act() -> None:
            self.done.append(verb)
            if self.fails:
                raise self.fails

        return act


@pytest.fixture
def doing(tmp_path: Path) -> Doing:
    return Doing(tmp_path)


def results(way: OrderWay) -> list[tuple[str, str]]:
    return [(each["verb"], each["result"]) for each in way.told()]


def test_an_order_is_done_once_however_often_it_is_read_and_the_agent_started(doing: Doing) -> None:
    way = doing.way()
    for _ in range(3):
        way.follow([order(), order("report", 2)], NOW)
    doing.way().follow([order()], NOW)
    assert doing.done == ["blink", "report"]
    assert results(doing.way()) == [("blink", "done"), ("report", "done")]


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_an_order_cut_short_by_a_power_cut_is_never_tried_again(doing: Doing, verb: str) -> None:
    doing.fails = PowerCutError
    with pytest.raises(PowerCutError):
        doing.way().follow([order(verb)], NOW)
    doing.fails = None
    way = doing.way()
    way.follow([order(verb)], NOW)
    assert (doing.done, results(way)) == ([verb], [(verb, "begun")])


def test_what_cannot_be_put_on_record_first_is_not_done(
    doing: Doing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise MemoryFileError

    monkeypatch.setattr("sync_agent.order_way.place", full)
    with pytest.raises(MemoryFileError):
        doing.way().follow([order()], NOW)
    assert doing.done == []


def test_an_order_that_came_too_late_is_not_done(doing: Doing) -> None:
    way = doing.way()
    way.follow([order(until=NOW)], NOW)
    assert (doing.done, results(way)) == ([], [("blink", "expired")])


def test_an_order_that_fails_is_told_and_holds_nothing_up(doing: Doing) -> None:
    doing.fails = RuntimeError
    way = doing.way()
    way.follow([order(), order("report", 2)], NOW)
    assert results(way) == [("blink", "failed"), ("report", "failed")]


@pytest.mark.parametrize("text", ["", "[", "{}", "[1]", '[{"id":"1"}]', "[" * 99_999])
def test_where_nobody_can_say_any_more_what_was_done_nothing_is_done(doing: Doing, text: str) -> None:
    (doing.folder / FILE).write_text(text)
    way = doing.way()
    way.follow([order()], NOW)
    assert (doing.done, results(way)) == ([], [("blink", "unknown")])
    way.follow([order("report", 2)], NOW)
    assert doing.done[-1:] == ["report"]


def test_what_is_remembered_has_a_bound_and_keeps_the_newest(doing: Doing) -> None:
    way = doing.way()
    for number in range(100):
        way.follow([order("report", number)], NOW)
    assert len(json.loads((doing.folder / FILE).read_text())) == 32
    assert [each["id"] for each in way.told()] == [f"{number:016x}" for number in range(92, 100)]


def test_no_act_touches_the_journal_or_makes_an_entry(bench: Bench, line: DirectCourier) -> None:
    bench.memory.stand(time_floor_ms=int(NOW.timestamp() * 1000))
    desk, ended = Desk(bench, line), list[bool]()
    way = OrderWay(bench.folder, acts(bench.folder, lambda: ended.append(True)))
    desk.downlink.orders = way
    before = bench.journal.head
    files = {file.name: file.read_bytes() for file in bench.folder.glob("journal.sqlite*")}
    verbs = sorted(acts(bench.folder, lambda: None))
    asked = [order(verb, number).members() for number, verb in enumerate(verbs)]
    desk.bring(note(3, orders=asked), 3)
    assert results(way) == [(verb, "done") for verb in verbs]
    assert ended == [True]
    assert (bench.folder / BLINK_FILE).exists()
    assert (bench.folder / UPDATE_FILE).exists()
    assert bench.journal.head == before
    assert {name: (bench.folder / name).read_bytes() for name in files} == files
    # What lies in the inbox says which note is in force, as for any note, and no more.
    assert desk.journalled() == [{"roster": None, "config": 3}]


def test_a_note_with_a_verb_that_is_not_known_here_is_obeyed_in_nothing(
    bench: Bench, line: DirectCourier
) -> None:
    bench.memory.stand(time_floor_ms=int(NOW.timestamp() * 1000))
    desk, doing = Desk(bench, line), Doing(bench.folder)
    desk.downlink.orders = doing.way()
    asked = [order().members(), order("report", 2).members() | {"verb": "erase-journal"}]
    desk.bring(note(3, {"poll_s": 600}, orders=asked), 3)
    assert (doing.done, desk.version, desk.downlink.timing().poll_s) == ([], None, None)
