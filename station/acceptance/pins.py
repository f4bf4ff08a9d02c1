"""The step `pins`: which GPIO library the station uses, why, and whether it can drive this board."""

from __future__ import annotations

from importlib import util
from pathlib import Path
from typing import Final

from station import parts
from station.acceptance.board import Board, identify
from station.acceptance.outcome import Outcome, Shown
from station.acceptance.site import Site

_OLD, _NEW = parts.GPIO_LIBRARIES
_RP1: Final = "BCM2712"
_WHY: Final = (
    "the station takes the one library that is installed under the name RPi.GPIO; Raspberry Pi OS brings "
    "rpi-lgpio, which drives every model"
)
_INSTALL: Final = "apt install python3-rpi-lgpio, and remove any other library of the name RPi.GPIO"


def run(site: Site) -> Shown:
    """Tell library, board and chip; fails where they do not go together."""
    return judge(identify(site.root), parts.gpio_libraries(), library_in_use(), site.settings.panel.kind)


def judge(board: Board | None, installed: parts.Part, library: str | None, panel: str) -> Shown:
    """Return whether the library that is imported can drive the board it is on."""
    if board is None:
        return Shown(Outcome.ABSENT, "this is no Raspberry Pi: it has no pins", {"gpio": installed.says})
    figures = {"model": board.model, "processor": board.processor, "gpio": installed.says, "chip": board.chip}
    name = f"{board.model} ({board.processor})"
    if panel != "gpio":
        says = f"{name}: the panel is set to {panel} and uses no pins"
        return Shown(Outcome.ABSENT, says, figures)
    if fault := _fault(board, installed, library):
        return Shown(Outcome.FAILED, f"{name}: {fault}", figures, _INSTALL)
    by = f"by {board.chip} ({board.driver})" if library == _NEW else "by its registers (/dev/gpiomem)"
    return Shown(Outcome.WELL, f"{name}: {installed.says} drives its pins {by}; {_WHY}", figures)


def _fault(board: Board, installed: parts.Part, library: str | None) -> str:
    """Return why the library cannot drive the board, nothing where it can."""
    if installed.code is not None or library is None:
        return installed.says
    if library == _OLD and board.processor == _RP1:
        return f"{installed.says} cannot drive the pins of this model"
    if library == _NEW and not board.chip:
        return f"the kernel shows no chip {board.driver}, which drives the pins; write the card anew"
    return ""


def library_in_use() -> str | None:
    """Return which library the name RPi.GPIO leads to, None where it leads to none; imports neither."""
    try:
        found = util.find_spec("RPi.GPIO")
    except ModuleNotFoundError:
        return None
    if found is None or found.origin is None:
        return None
    # Both have a package of this name; only the old one keeps its driver of registers beside it.
    return _OLD if any(Path(found.origin).parent.parent.glob("_GPIO.*")) else _NEW
