from pathlib import Path

import pytest

from station.clock import HandClock
from station.journal import FILE_NAME, JournalReader
from station.panel.recorded import RecordedPanel
from station.shift import recall
from station.verdict import Sign
from tests.fakes.station import ANA, BEN, Bench


class CutOff(BaseException):
    """The process is no more."""


class CuttingPanel(RecordedPanel):
    """A panel at which the process ends before any light."""

    def show(self, sign: Sign) -> None:
        raise CutOff(sign)


@pytest.mark.invariant(1)
@pytest.mark.fault("P6")
def test_a_tap_cut_off_from_its_light_is_stored_and_the_next_one_of_that_card_is_a_repeat(
    tmp_path: Path,
) -> None:
    clock = HandClock()
    bench = Bench(tmp_path, clock)
    bench.panel.close()
    bench.panel = CuttingPanel(tmp_path / "cut.jsonl", clock, lambda: None)
    with pytest.raises(CutOff):
        bench.react(bench.present(ANA))
    bench.close()
    # The next process of the same boot knows nothing but what the journal tells.
    clock.advance(20_000)
    again = Bench(tmp_path, clock)
    rows = JournalReader(tmp_path / FILE_NAME).rows(again.journal.head.epoch, 0)
    again.station.presence = recall(rows, clock.reading())
    assert again.tap(ANA) == "ALREADY_TAPPED"
    assert again.tap(BEN) == "WELCOME"
    assert [dict(tap.flags) for tap in again.taps()] == [{}, {"repeat": 1}, {}]
    again.close()


def test_who_tapped_in_an_earlier_boot_or_minute_is_not_recalled(tmp_path: Path) -> None:
    clock = HandClock()
    bench = Bench(tmp_path, clock)
    bench.tap(ANA)
    bench.close()
    rows = JournalReader(tmp_path / FILE_NAME).rows(bench.journal.head.epoch, 0)
    clock.advance(60_001)
    bench = Bench(tmp_path, clock)
    bench.station.presence = recall(rows, clock.reading())
    assert bench.tap(ANA) == "WELCOME"
    bench.close()
    clock.reboot()
    rows = JournalReader(tmp_path / FILE_NAME).rows(bench.journal.head.epoch, 0)
    bench = Bench(tmp_path, clock)
    bench.station.presence = recall(rows, clock.reading())
    assert bench.tap(ANA) == "WELCOME"
    bench.close()
