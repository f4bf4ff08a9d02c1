import logging
import threading
from pathlib import Path

import pytest

from station.journal import FILE_NAME
from station.salvage import ask_for, is_due, salvage
from station.salvage.scrub import Scrub
from tests.fakes.damage import PAGE, Term, flipped
from tests.fakes.station import IDENTITY


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Term:
    return Term(tmp_path_factory.mktemp("whole"), taps=1_200)


@pytest.fixture
def term(whole: Term, tmp_path: Path) -> Term:
    return whole.copied(tmp_path / "term")


class Once(threading.Event):
    """A stop that comes with the first long wait, so that one round is made."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses = list[float | None]()

    def wait(self, timeout: float | None = None) -> bool:
        self.pauses.append(timeout)
        if timeout == 86_400:
            self.set()
        return self.is_set()


def scrubbed(path: Path, stop: Once, *, at_once: bool = True) -> Scrub:
    scrub = Scrub(path, at_once=at_once)
    scrub.run(stop)
    return scrub


def test_a_sound_journal_is_read_through_with_pauses_and_again_a_day_later(
    term: Term, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    stop = Once()
    assert scrubbed(term.path, stop).found is None
    assert stop.pauses == [1.0, 1.0, 1.0, 86_400]
    assert "scrub.done rows=1201" in caplog.text


def test_after_a_clean_end_the_first_round_waits_a_day(term: Term) -> None:
    stop = Once()
    assert scrubbed(term.path, stop, at_once=False).found is None
    assert stop.pauses == [86_400]


@pytest.mark.parametrize("page", [0, 5, 100])
@pytest.mark.invariant(30)
@pytest.mark.fault("D3")
def test_old_damage_is_found_and_the_next_start_asked_to_salvage(term: Term, page: int) -> None:
    path = term.damaged(page, bytes(PAGE))
    found = scrubbed(path, Once()).found
    assert found is not None
    assert is_due(path, term.folder / "sidecar", IDENTITY) == found
    salvage(path, term.folder / "sidecar", IDENTITY, term.clock.reading(), lambda: 4711, "x")
    assert is_due(path, term.folder / "sidecar", IDENTITY) is None
    assert scrubbed(path, Once()).found is None


@pytest.mark.parametrize("left", [b"", b"\xff\0"])
def test_that_a_salvage_was_asked_for_is_heard_though_the_reason_was_cut_off(term: Term, left: bytes) -> None:
    ask_for(term.path, "a page is zeroed")
    (asked,) = term.folder.glob("*.unsound")
    asked.write_bytes(left)
    assert is_due(term.path, term.folder / "sidecar", IDENTITY)


def test_a_changed_row_is_found_though_its_page_is_in_order(term: Term) -> None:
    at = term.whole.index(b'"tap"', len(term.whole) // 3)
    path = term.damaged(at // PAGE, flipped(term.page(at // PAGE), (at % PAGE + 60) * 8))
    assert "was changed" in str(scrubbed(path, Once()).found)


def test_a_disk_that_refuses_for_now_is_no_damage(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / FILE_NAME).mkdir()
    assert scrubbed(tmp_path / FILE_NAME, Once()).found is None
    assert "scrub.waits" in caplog.text


def test_a_scrub_ends_when_the_station_does(term: Term) -> None:
    stop = threading.Event()
    scrub = Scrub(term.path, at_once=True, pause_s=3_600)
    thread = threading.Thread(target=scrub.run, args=(stop,))
    thread.start()
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
