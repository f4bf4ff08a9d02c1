"""Waiting after failures: spread, growing, bounded, and never for ever."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_agent.backoff import LONGEST_ASKED_S, Backoff

BACKOFF = Backoff(4.0, 300.0)


@pytest.mark.parametrize(
    ("attempt", "bound_s"), [(0, 4), (1, 8), (2, 16), (6, 256), (7, 300), (8, 300), (10**9, 300)]
)
def test_the_bound_doubles_up_to_its_own_bound(attempt: int, bound_s: float) -> None:
    assert BACKOFF.delay_s(attempt, lambda: 0.0) == 0.0
    assert BACKOFF.delay_s(attempt, lambda: 0.5) == bound_s / 2


@pytest.mark.invariant(13)
@given(attempt=st.integers(0, 10**12), die=st.floats(0, 1, exclude_max=True), asked_s=st.floats(0, 1e9))
def test_no_wait_is_longer_than_asked_or_bounded(attempt: int, die: float, asked_s: float) -> None:
    delay_s = BACKOFF.delay_s(attempt, lambda: die, asked_s)
    assert min(asked_s, LONGEST_ASKED_S) <= delay_s <= max(300.0, LONGEST_ASKED_S)
    assert delay_s <= max(300.0, asked_s)


def test_what_is_asked_is_granted_up_to_an_hour() -> None:
    assert BACKOFF.delay_s(0, lambda: 0.0, 17.0) == 17.0
    assert BACKOFF.delay_s(0, lambda: 0.0, 1e9) == 3_600.0
    assert BACKOFF.delay_s(0, lambda: 0.0, -5.0) == 0.0
