"""Reads signs off the edges of pins as a person reads the panel: which lamps in which order, which sounds."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, TypeAlias

from station.panel.patterns import PATTERNS, Lamp, Pattern, Step
from station.panel.settings import Pins
from station.verdict import Sign, State, Verdict
from tests.pi.board import Edge

PINS: Final = Pins()
ANSWERING: Final = frozenset({PINS.left, PINS.middle, PINS.right, PINS.buzzer})
"""The pins that no state of a station but a card left behind ever drives."""
_PIN_OF: Final[Mapping[Lamp, int]] = {
    Lamp.LEFT: PINS.left,
    Lamp.MIDDLE: PINS.middle,
    Lamp.RIGHT: PINS.right,
    Lamp.STATUS: PINS.status,
}
STORED: Final[frozenset[Sign]] = frozenset({Verdict.WELCOME, Verdict.ALREADY_TAPPED, Verdict.NOT_ON_ROSTER})
_ANSWERS: Final = {sign: shape for sign, shape in PATTERNS.items() if not isinstance(sign, State)}

Face: TypeAlias = frozenset[int]
"""The pins that are on."""


class UnreadableError(AssertionError):
    """What was seen is no sign the panel has."""


def face(step: Step) -> Face:
    """Return the pins that are on during a step."""
    return frozenset(_PIN_OF[lamp] for lamp in step.lamps) | ({PINS.buzzer} if step.sounds else set())


def faces(shape: Pattern) -> list[Face]:
    """Return what a pattern shows one after the other; two steps that look alike are one."""
    shown = [face(step) for step in shape.steps]
    return shown[:1] + [after for before, after in pairwise(shown) if before != after]


def on_after(edges: Sequence[Edge], before: Face = frozenset()) -> Face:
    """Return the pins that are on once these edges have come."""
    for edge in edges:
        before = before | {edge.pin} if edge.level else before - {edge.pin}
    return before


def first_of_an_answer(edges: Sequence[Edge], since: int) -> int | None:
    """Return the place of the first edge that begins an answer, None while there is none."""
    return next(
        (at for at in range(since, len(edges)) if edges[at].pin in ANSWERING and edges[at].level), None
    )


def answers_that_fit(edges: Sequence[Edge], at: int) -> Iterator[tuple[Sign, int | None]]:
    """Yield each answer that what is seen from place `at` on may be, and where it has ended if it has.

    An answer fits when every change of its pattern is seen, whole and in order, with nothing else
    between. It has ended when its lamps and the buzzer have gone out behind it.
    """
    before = on_after(edges[:at])
    for sign, shape in _ANSWERS.items():
        if (end := _follow(edges, at, before, faces(shape))) is not None:
            yield sign, end if end >= 0 else None


def read_answer(edges: Sequence[Edge], at: int, *, is_over: bool) -> tuple[Sign, int] | None:
    """Return the answer that begins at place `at` and where it ended, None while it may still go on.

    One may begin as another does from beginning to end; `is_over` says that no more comes. Raises
    UnreadableError when no answer looks so.
    """
    found = dict(answers_that_fit(edges, at))
    ended = {sign: end for sign, end in found.items() if end is not None}
    if found and not is_over and len(ended) < len(found):
        return None
    if not ended:
        seen = " ".join(f"{edge.pin}{'+' if edge.level else '-'}" for edge in edges[at:])
        msg = f"no answer of the panel looks like this: {seen}"
        raise UnreadableError(msg)
    return max(ended.items(), key=lambda each: each[1])


def says_recorded(edges: Sequence[Edge], at: int) -> bool:
    """Say whether an answer, as far as it is seen, promises whoever tapped that the tap is stored.

    The left lamp promises it at once: nobody waits to see whether all the others follow.
    """
    signs = {sign for sign, _ in answers_that_fit(edges, at)}
    return bool(signs) and (signs <= STORED or (edges[at].pin == PINS.left and bool(signs & STORED)))


def _follow(edges: Sequence[Edge], at: int, before: Face, shown: Sequence[Face]) -> int | None:
    """Return the place behind the last of these faces, -1 while more must come, None when another came."""
    for wanted in shown:
        changes = {(pin, int(pin in wanted)) for pin in before ^ wanted}
        seen = {(edge.pin, edge.level) for edge in edges[at : at + len(changes)]}
        if not seen <= changes:
            return None
        if len(seen) < len(changes):
            return -1
        at, before = at + len(changes), wanted
    return _go_out(edges, at, before & ANSWERING)


def _go_out(edges: Sequence[Edge], at: int, lit: Face) -> int | None:
    """Return the place behind the edge that puts the last of these out; the state behind has its own lamp."""
    while lit:
        if at == len(edges):
            return -1
        edge = edges[at]
        if edge.pin in ANSWERING and (edge.level or edge.pin not in lit):
            return None
        lit, at = lit - {edge.pin}, at + 1
    return at
