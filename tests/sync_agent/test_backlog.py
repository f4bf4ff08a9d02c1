"""A month that waits: a class taps while it drains, and every tap is green at once and arrives."""

from __future__ import annotations

import pytest

from central.fleet.line import Question
from central.intake.reply import Reply
from station.tap import Kind, Tap
from sync_agent import wire
from tests.fakes.trial import Trial

DAYS, TAPS_A_DAY = 30, 374
CLASS = 10


@pytest.mark.fault("L2")
@pytest.mark.invariant(15, 42)
def test_ten_students_tap_within_two_seconds_while_a_month_of_taps_is_on_its_way() -> None:
    trial = Trial()
    copy = trial.pick(0)
    station = copy.station.station
    for day in range(DAYS):
        taps = [Tap(f"{day:08}{number:08}".encode(), "k1", "front") for number in range(TAPS_A_DAY)]
        station.journal.append_all([(Kind.TAP, tap.payload()) for tap in taps], station.clock.reading())
    answer, waiting, sent = trial.line.answer, list(range(CLASS)), 0

    def answer_while_students_tap(question: Question) -> Reply:
        nonlocal sent
        if question.path == wire.SYNC_PATH:
            sent += 1
            # The agent waits for this answer; nobody at the reader does.
            for number in waiting[:5]:
                trial.clockwork.now_ms += 190
                copy.tap(f"{number:014x}")
            del waiting[:5]
        return answer(question)

    trial.line.answer = answer_while_students_tap
    trial.sync()
    assert len(trial.witness.green) == CLASS
    assert sent <= DAYS * TAPS_A_DAY // wire.MAX_ENTRIES + 4
    trial.settle()
    assert len(trial.held().taps) == DAYS * TAPS_A_DAY + CLASS
    trial.close()
