"""How a practice room looks in a terminal: the panel above, the journal and the talk below."""

from collections.abc import Sequence
from typing import Final, TypeAlias

from station.panel.patterns import Lamp
from station.simulator.room.guide import WELCOME
from station.simulator.room.scene import Scene

Span: TypeAlias = tuple[str, str]
Line: TypeAlias = list[Span]

PLAIN: Final = ""
_BOLD, _DIM, _REVERSE = "1", "2", "7"
PROMPT: Final = "> "
_MARGIN: Final = "   "
# What is written beside each lamp, as on the wall (docs/howto/station-wiring.md). Colour only adds to place.
_CAPTIONS: Final = {
    Lamp.LEFT: ("recorded", "1;32"),
    Lamp.MIDDLE: ("not on the list", "1;33"),
    Lamp.RIGHT: ("see your teacher", "1;31"),
    Lamp.STATUS: ("station", "1;36"),
}
_WIDEST_CELL: Final = 20
_BEEP: Final = "  ♪ beep  "
_LIT: Final = (" ▄████▄ ", "████████", " ▀████▀ ")
_UNLIT: Final = (" ╭────╮ ", " │    │ ", " ╰────╯ ")
_WIDEST: Final = 100
_FIXED_LINES: Final = 12
_LEAST: Final = 2


def draw(scene: Scene, columns: int, rows: int) -> list[Line]:
    """Return the lines above the one that is typed on, clipped to the width; one fewer than `rows`."""
    width = max(40, min(columns, _WIDEST))
    room = max(2 * _LEAST, rows - 1 - _FIXED_LINES)
    # What was said last is read first: a page of help may take the journal's place for a while.
    talk = min(room - 1, max(room // 2, _since_prompt(scene.talk)))
    lines = [
        _title(scene, width),
        [],
        *_lamps(scene, width),
        _captions(width),
        [],
        _word(scene),
        _state(scene),
        _rule("journal", width),
        *_newest(scene.journal, room - talk),
        _rule("you", width),
        *_newest(scene.talk, talk),
        [(_clipped(f" {WELCOME}", width), _DIM)],
    ]
    return [_within(line, width) for line in lines][: rows - 1]


def _title(scene: Scene, width: int) -> Line:
    name = " Rollbook, a practice room"
    place = f"{scene.place} "
    gap = max(1, width - len(name) - len(place))
    return [(name, _BOLD), (" " * gap + place, _DIM)]


def _lamps(scene: Scene, width: int) -> list[Line]:
    lines: list[Line] = []
    for row in range(len(_LIT)):
        line: Line = [(_MARGIN, PLAIN)]
        for lamp, (_caption, colour) in _CAPTIONS.items():
            is_lit = lamp in scene.lit.lamps
            art = _LIT[row] if is_lit else _UNLIT[row]
            line.append((art.center(_cell(width)), colour if is_lit else _DIM))
        lines.append(line)
    return lines


def _captions(width: int) -> Line:
    cell = _cell(width)
    return [(_MARGIN, PLAIN), *((caption.center(cell), PLAIN) for caption, _ in _CAPTIONS.values())]


def _cell(width: int) -> int:
    return min(_WIDEST_CELL, (width - len(_MARGIN)) // len(_CAPTIONS))


def _word(scene: Scene) -> Line:
    if not scene.has_power:
        return [(f"{_MARGIN}   NO POWER", _BOLD)]
    sound = (_BEEP, _REVERSE) if scene.lit.sounds else (" " * len(_BEEP), PLAIN)
    if scene.answer is None:
        return [(f"{_MARGIN}   {'hold a card to the reader':<40}", PLAIN), sound]
    # The word stays when its light has gone out, for whoever looked away.
    style = _BOLD if scene.plays is scene.answer else _DIM
    return [(f"{_MARGIN}   {scene.answer.value.upper():<40}", style), sound]


def _state(scene: Scene) -> Line:
    lies = f"on the reader: {scene.lying}" if scene.lying else "nothing on the reader"
    behind = f"   ·   {scene.behind.value}" if scene.has_power and scene.behind.value != "ready" else ""
    moved = f"   ·   {scene.moved_min} min later" if scene.moved_min else ""
    return [(f"{_MARGIN}   {lies}   ·   reader {scene.reader}{behind}{moved}", _DIM)]


def _rule(title: str, width: int) -> Line:
    return [(f" ── {title} ".ljust(width - 1, "─"), _DIM)]


def _newest(lines: Sequence[str], count: int) -> list[Line]:
    newest = list(lines)[-count:]
    missing = count - len(newest)
    told: list[Line] = [[(f" {line}", _BOLD if line.startswith(PROMPT) else PLAIN)] for line in newest]
    return told + [[] for _ in range(missing)]


def _since_prompt(talk: Sequence[str]) -> int:
    """Return how many lines the last thing typed and its answer take."""
    for count, line in enumerate(reversed(talk), 1):
        if line.startswith(PROMPT):
            return count
    return len(talk)


def _within(line: Line, width: int) -> Line:
    kept, left = [], width
    for text, style in line:
        kept.append((_clipped(text, left), style))
        left -= len(text)
        if left <= 0:
            break
    return kept


def _clipped(text: str, width: int) -> str:
    return text if len(text) <= width else text[: max(0, width - 1)] + "…"
