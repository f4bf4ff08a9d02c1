"""When the next attempt comes: spread after an outage, no sooner than asked, bounded, and never for ever."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_agent.backoff import LONGEST_ASKED_S, Backoff
from sync_agent.config import TimingSettings
from sync_agent.pacing import MOST_POLL_S, Pacing

PACING = Pacing(None, 2.0, Backoff(4.0, 300.0), 300.0)


@pytest.mark.invariant(13)
@given(
    attempt=st.integers(0, 10**12),
    die=st.floats(0, 1, exclude_max=True),
    asked_s=st.none() | st.floats(0, 1e9),
    window_s=st.floats(0, 1e9),
)
def test_no_attempt_waits_longer_than_asked_or_bounded_and_the_window(
    attempt: int, die: float, asked_s: float | None, window_s: float
) -> None:
    delay_s = PACING.after_silence_s(attempt, lambda: die, asked_s, window_s)
    assert delay_s >= min(asked_s or 0.0, LONGEST_ASKED_S)
    assert delay_s <= max(asked_s or 0.0, 300.0) + min(window_s, 300.0)


def test_the_window_is_added_unless_central_itself_asked_for_time() -> None:
    assert PACING.after_silence_s(0, lambda: 0.5, None, 100.0) == 2.0 + 50.0
    assert PACING.after_silence_s(0, lambda: 0.5, 17.0, 100.0) == 17.0


def test_settings_bound_what_central_publishes() -> None:
    pacing = Pacing.of(TimingSettings(poll_s=None, reconnect_s=60.0))
    assert pacing.window_s(10_000.0) == 60.0
    assert pacing.window_s(20.0) == 20.0
    assert pacing.until_poll_s(1e9) == MOST_POLL_S
    assert Pacing.of(TimingSettings(poll_s=7.0)).until_poll_s(1e9) == 7.0
