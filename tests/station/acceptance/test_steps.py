"""Each step by itself: what it calls well, what it calls not well, and what it calls not there."""

import sys
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from station.acceptance import card, lamps, reader, rtc, surroundings, taps
from station.acceptance.outcome import Outcome
from station.acceptance.series import Answer
from station.acceptance.site import Site
from station.clock import HandClock
from station.errors import PanelError
from station.journal import Head
from station.panel.settings import Pins
from station.verdict import Verdict
from tests.fakes.acceptance import ScriptedPerson, put, site_of
from tests.fakes.board import Board
from tests.fakes.simulator import practising

NAMES = ("left", "middle", "right", "status")


class Watcher(ScriptedPerson):
    """A person who looks at the pins whenever asked."""

    board = Board()

    def agrees(self, question: str) -> bool:
        self.heard.append(f"lit: {sorted(pin for pin, level in self.board.levels.items() if level)}")
        return super().agrees(question)


def lamp_site(folder: Path, **seen: bool) -> tuple[Site, Watcher, Board]:
    answers = {f"Is the {name} lamp lit": True for name in NAMES}
    answers |= {"Did you hear it?": True, "Show it once more?": False}
    answers |= {f"Is the {name} lamp lit": is_so for name, is_so in seen.items()}
    person, board = Watcher(answers), Board()
    person.board = board
    site = site_of(folder, {}, panel='kind = "gpio"')
    return replace(site, person=person, gpio=lambda _settings: board), person, board


def test_each_lamp_is_lit_alone_and_the_buzzer_sounds_once(tmp_path: Path) -> None:
    site, person, board = lamp_site(tmp_path)
    shown = lamps.run(site)
    assert shown.outcome is Outcome.WELL
    assert [line for line in person.heard if line.startswith("lit: ")] == [
        f"lit: {lit}" for lit in ([17], [27], [22], [23], [])
    ]
    assert [edge.level for edge in board.edges if edge.pin == Pins().buzzer] == [0, 1, 0, None]
    assert board.levels == {}


def test_a_lamp_the_person_does_not_see_is_named_after_a_second_look(tmp_path: Path) -> None:
    site, person, _ = lamp_site(tmp_path, right=False)
    shown = lamps.run(site)
    assert (shown.outcome, shown.says) == (Outcome.FAILED, "not as it should be: right")
    assert "station-wiring" in shown.todo
    assert "Show it once more?" in person.heard


def test_a_panel_without_pins_has_no_lamps_to_show(tmp_path: Path) -> None:
    assert lamps.run(site_of(tmp_path, {})).outcome is Outcome.ABSENT


def test_pins_that_cannot_be_had_are_given_back(tmp_path: Path) -> None:
    site, _, board = lamp_site(tmp_path)

    def refuse(mode: int, /) -> None:
        msg = f"can not open gpiochip {mode}"
        raise RuntimeError(msg)

    board.setmode = refuse  # type: ignore[method-assign]  # a board whose chip may not be opened
    with pytest.raises(PanelError, match="group gpio"):
        lamps.run(site)


def test_a_chip_that_fails_now_and_then_is_told_with_its_count(tmp_path: Path) -> None:
    with practising(tmp_path) as bench:
        site = site_of(tmp_path, {"Is the reader bare?": True}, port=bench.link)
        assert reader.run(site).outcome is Outcome.WELL
        bench.do("unplug")
        shown = reader.run(site)
    assert shown.outcome is Outcome.FAILED
    assert "nfc: does not answer at " in shown.says
    assert "crosswise" in shown.todo


def test_a_reader_that_is_not_bare_is_left_out(tmp_path: Path) -> None:
    assert reader.run(site_of(tmp_path, {"Is the reader bare?": False})).outcome is Outcome.LEFT_OUT


def stepping(ms: int) -> "count[int]":
    return count(0, ms * 1_000_000)


@pytest.mark.parametrize(("ms", "outcome"), [(3, Outcome.WELL), (400, Outcome.FAILED)])
def test_a_card_that_is_slow_to_keep_a_tap_is_told(tmp_path: Path, ms: int, outcome: Outcome) -> None:
    site = replace(site_of(tmp_path, {}), elapsed_ns=stepping(ms).__next__)
    shown = card.run(site)
    assert shown.outcome is outcome
    assert [shown.figures[name] for name in ("commits", "p50_ms", "p99_ms", "max_ms")] == [200, ms, ms, ms]
    assert (outcome is Outcome.FAILED) == ("too slow" in shown.says) == ("class A1" in shown.todo)
    assert not (site.scratch / "card").exists()


def test_the_card_is_named_by_what_the_kernel_tells_of_its_disk(tmp_path: Path) -> None:
    site = site_of(tmp_path, {})
    number = site.settings.state_dir.stat().st_dev
    disk = site.root / "sys/devices/mmc/block/mmcblk0"
    put(disk, "device/name", "SD32G\n")
    put(disk, "device/date", "03/2025\n")
    put(disk, "mmcblk0p2/partition", "2\n")
    link = site.root / f"sys/dev/block/{number >> 8 & 0xFFF}:{number & 0xFF | number >> 12 & 0xFFF00}"
    link.parent.mkdir(parents=True)
    link.symlink_to(disk / "mmcblk0p2")
    assert card.identity_of_card(site.settings.state_dir, site.root) == {"name": "SD32G", "date": "03/2025"}


RTC = "sys/class/rtc/rtc0"


def test_a_machine_without_a_battery_clock_is_never_called_well(tmp_path: Path) -> None:
    shown = rtc.run(site_of(tmp_path, {}))
    assert shown.outcome is Outcome.ABSENT


@pytest.mark.parametrize(
    ("off_s", "sync_state", "outcome"),
    [(0, 1, Outcome.WELL), (-5, 1, Outcome.WELL), (6, 1, Outcome.FAILED), (90_000, 0, Outcome.WELL)],
)
def test_a_battery_clock_is_held_against_a_clock_that_is_known_to_be_right(
    tmp_path: Path, off_s: int, sync_state: int, outcome: Outcome
) -> None:
    clock = HandClock(sync_state=sync_state)
    site = site_of(tmp_path, {}, clock=clock)
    put(site.root, f"{RTC}/name", "rtc-ds1307 1-0068\n")
    put(site.root, f"{RTC}/since_epoch", f"{clock.wall_ms // 1000 + off_s}\n")
    shown = rtc.run(site)
    assert (shown.outcome, shown.figures["drift_s"]) == (outcome, off_s)


def test_a_battery_clock_that_tells_no_time_is_not_well(tmp_path: Path) -> None:
    site = site_of(tmp_path, {})
    put(site.root, f"{RTC}/name", "rtc-ds1307 1-0068\n")
    assert rtc.run(site).outcome is Outcome.FAILED


FIRMWARE = "sys/devices/platform/soc/soc:firmware/get_throttled"
HEAT = "sys/class/thermal/thermal_zone0/temp"


@pytest.mark.parametrize(
    ("flags", "heat", "words"),
    [
        ("0", 51_000, ""),
        ("50000", 51_000, "too weak since"),
        ("50005", 51_000, "too weak now"),
        ("0", 83_000, "83 degrees are too hot"),
    ],
)
def test_heat_and_supply_are_told_as_the_board_has_seen_them(
    tmp_path: Path, flags: str, heat: int, words: str
) -> None:
    site = site_of(tmp_path, {})
    assert surroundings.supply(site).outcome is Outcome.ABSENT
    put(site.root, FIRMWARE, f"{flags}\n")
    put(site.root, HEAT, f"{heat}\n")
    shown = surroundings.supply(site)
    assert shown.outcome is (Outcome.FAILED if words else Outcome.WELL)
    assert words in shown.says


SYNC_SAYS = """settings
  station = st-r101 (file)
keys
  signing k1 public d75a98
sync
  epoch 7 head 12 acknowledged 12
  state sending
  waiting 0 entries
  last success 2026-09-01T15:00:00+00:00 (central's clock)
  failures since 3
findings
  3 talks failed since the last success; see the log of rollbook-sync
"""


def test_the_way_to_the_server_is_told_in_the_agents_words(tmp_path: Path) -> None:
    site = site_of(tmp_path, {})
    assert surroundings.network(site).outcome is Outcome.ABSENT
    put(site.root, str(Path(sys.executable).with_name("rollbook-sync").relative_to("/")), "")
    shown = surroundings.network(replace(site, ask=lambda _command: (1, SYNC_SAYS)))
    assert shown.outcome is Outcome.FAILED
    assert shown.says.endswith(
        "failures since 3; 3 talks failed since the last success; see the log of rollbook-sync"
    )
    assert "d75a98" not in shown.says
    assert surroundings.network(replace(site, ask=lambda _command: (0, SYNC_SAYS))).outcome is Outcome.WELL


def answers(greens: int, *others: Answer) -> list[Answer]:
    return [Answer("WELCOME", Head(1, seq, b""), 90, is_double=False) for seq in range(greens)] + [*others]


AGAIN = Answer(Verdict.READ_AGAIN.name, None, 0, is_double=False)


@pytest.mark.parametrize(
    ("given", "laid", "words"),
    [
        (answers(50), 50, ""),
        (answers(50), 52, "2 of 52 cards laid down were not answered"),
        (answers(50), 49, "1 answers more than cards laid down"),
        (answers(50, AGAIN), 51, "not green: 1 READ_AGAIN"),
        (answers(12), 12, "only 12 of 50 were made"),
        (
            answers(49, Answer("WELCOME", Head(1, 1, b""), 90, is_double=True)),
            50,
            "1 cards were lost and found",
        ),
        (answers(49, Answer("WELCOME", Head(1, 1, b""), 900, is_double=False)), 50, "as late as 900 ms"),
    ],
)
def test_taps_are_held_against_what_the_person_counted(given: list[Answer], laid: int, words: str) -> None:
    shown = taps.judge(given, laid)
    assert shown.outcome is (Outcome.FAILED if words else Outcome.WELL)
    assert words in shown.says


def test_no_tap_at_all_is_not_well() -> None:
    assert taps.judge([], 0).outcome is Outcome.FAILED
