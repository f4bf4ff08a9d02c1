"""Which steps of a record are in force: those nobody took back."""

from collections.abc import Iterable
from typing import Final

from central.store.models import Decision

UNDO: Final = "undo"
"""What history calls the step by which another one was taken back."""


def in_force(decisions: Iterable[Decision]) -> list[Decision]:
    """Return the steps of one record that were not taken back, in their order."""
    steps: list[Decision] = []
    for decision in sorted(decisions, key=lambda decision: decision.pk):
        if decision.by_process == UNDO:
            steps = steps[:-1]
        else:
            steps.append(decision)
    return steps
