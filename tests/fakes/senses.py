"""What a person sees and hears of a panel's pattern, counted and in words."""

from collections.abc import Iterable
from itertools import chain, pairwise

from station.panel.patterns import Lamp, Pattern

LONG_MS = 400
"""From here on a beep is a long one; nothing between this and half of it can be told from either."""

_TIMES = {1: "once", 2: "twice"}


def blinks_of(shape: Pattern, lamp: Lamp) -> list[int]:
    """Return how long each blink of a lamp lasts, in milliseconds."""
    return [end - start for start, end in spans(shape, lamp)]


def beeps_of(shape: Pattern) -> list[int]:
    """Return how long each beep lasts, in milliseconds."""
    return [end - start for start, end in spans(shape, None)]


def lamps_of(shape: Pattern) -> frozenset[Lamp]:
    """Return the lamps that are lit at some moment."""
    return frozenset().union(*(step.lamps for step in shape.steps))


def spans(shape: Pattern, lamp: Lamp | None) -> list[tuple[int, int]]:
    """Return from when to when a lamp is lit, or, for no lamp, the buzzer sounds."""
    found, now = list[tuple[int, int]](), 0
    for step in shape.steps:
        is_on = step.sounds if lamp is None else lamp in step.lamps
        if is_on and found and found[-1][1] == now:
            found[-1] = (found[-1][0], now + step.ms)
        elif is_on:
            found.append((now, now + step.ms))
        now += step.ms
    return found


def seen(shape: Pattern) -> str:
    """Say what is to be seen, in words a caption could use."""
    groups = dict[tuple[tuple[int, int], ...], list[Lamp]]()
    for lamp in sorted(lamps_of(shape), key=lambda lamp: lamp.value):
        groups.setdefault(tuple(spans(shape, lamp)), []).append(lamp)
    if not groups:
        return "nothing"
    # Those that never shine together and blink alike take turns.
    lengths = {tuple(end - start for start, end in when) for when in groups}
    if len(groups) > 1 and len(lengths) == 1:
        everyone = chain.from_iterable(groups.values())
        return f"{_lamps(everyone)} in turn{_rhythm(shape, next(iter(groups)), takes_turns=True)}"
    return "; ".join(_lamps(lamps) + _rhythm(shape, when) for when, lamps in groups.items())


def heard(shape: Pattern) -> str:
    """Say what is to be heard."""
    beeps = ["long" if ms >= LONG_MS else "short" for ms in beeps_of(shape)]
    if not beeps:
        return "nothing"
    if len(set(beeps)) > 1:
        return ", ".join(f"one {beep}" for beep in beeps)
    count = {1: "one", 2: "two", 3: "three", 4: "four"}[len(beeps)]
    return f"{count} {beeps[0]}{', again and again' if shape.goes_on else ''}"


def _lamps(lamps: Iterable[Lamp]) -> str:
    *first, last = (lamp.name.lower() for lamp in lamps)
    if len(first) == len(Lamp) - 1:
        return "all lamps"
    return f"{', '.join(first)} and {last} lamps" if first else f"{last} lamp"


def _rhythm(shape: Pattern, when: tuple[tuple[int, int], ...], *, takes_turns: bool = False) -> str:
    blink_ms, total_ms = when[0][1] - when[0][0], sum(step.ms for step in shape.steps)
    each = f"{_seconds(blink_ms)}{' each' if len(when) > 1 or takes_turns else ''}"
    times = _TIMES.get(len(when), f"{len(when)} times")
    if not shape.goes_on:
        return f" {times}, {each}"
    if takes_turns:
        return f", {each}, again and again"
    pauses = {later[0] - earlier[1] for earlier, later in pairwise([*when, (when[0][0] + total_ms, 0)])}
    if len(pauses) == 1 and max(pauses) <= blink_ms:
        return f": {_seconds(blink_ms)} on, {_seconds(blink_ms)} off, again and again"
    return f" {times}, {each}, then {_seconds(max(pauses))} dark, again and again"


def _seconds(ms: int) -> str:
    return f"{ms / 1_000:g} s"
