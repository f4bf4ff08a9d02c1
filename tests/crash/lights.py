"""What a story's calls tell: which taps were answered by a light when, and what each of them cost."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from tests.crash.calls import Call, Say, Sync, Write
from tests.crash.scene import EPOCH, SENSED

PANEL = "panel.jsonl"
# What a tap waits for; the sidecar's thread writes in its own time.
JOURNAL = "journal."
FOLDER = "."


@dataclass(frozen=True, slots=True)
class Lit:
    """A light that says an entry is stored."""

    epoch: int
    seq: int


@dataclass(slots=True)
class Cost:
    """What lay between a card being sensed and its light."""

    flushes: int = 0
    written_bytes: int = 0


def lights(calls: list[Call]) -> Iterator[tuple[int, Lit]]:
    """Yield every light with the number of calls made by then."""
    epoch = 0
    for place, call in enumerate(calls, 1):
        match call:
            case Say() if call.text.startswith(EPOCH):
                epoch = int(call.text.split()[1])
            case Write() if call.file == PANEL:
                for seq in _answered(call.data):
                    yield place, Lit(epoch, seq)


def costs(calls: list[Call]) -> list[Cost]:
    """Return what each tap cost, in order."""
    found: list[Cost] = []
    cost: Cost | None = None
    for call in calls:
        match call:
            case Say() if call.text.startswith(SENSED):
                cost = Cost()
            case Write() if call.file == PANEL and cost is not None:
                found.append(cost)
                cost = None
            case Write() if cost is not None and call.file.startswith(JOURNAL):
                cost.written_bytes += len(call.data)
            case Sync() if cost is not None and call.path.startswith((JOURNAL, FOLDER)):
                cost.flushes += 1
    return found


def _answered(lines: bytes) -> Iterator[int]:
    for line in lines.splitlines():
        shown = json.loads(line)
        if shown["seq"] is not None and shown["sign"] != "NOT_RECORDED":
            yield shown["seq"]
