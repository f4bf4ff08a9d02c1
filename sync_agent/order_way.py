"""Carry out what central ordered: each order once at most, whatever ends the agent in between."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from station.logs import Log
from station.told import BLINK_FILE
from sync_agent.folder import place
from sync_agent.orders import MOST_ORDERS, Order

log = Log(__name__)

FILE: Final = "orders.json"
UPDATE_FILE: Final = "update-asked"
"""Whoever brings releases to the board looks for this file, and takes it away."""

BEGUN, DONE, FAILED, EXPIRED, UNKNOWN = "begun", "done", "failed", "expired", "unknown"
"""What may become of an order; one that stays begun was cut short, and is not tried again."""

_KEPT: Final = 4 * MOST_ORDERS


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one order."""

    id: str
    verb: str
    result: str

    @classmethod
    def of(cls, value: object) -> Self:
        """Read it from JSON; raises ValueError."""
        if not isinstance(value, dict) or set(value) != {"id", "verb", "result"}:
            msg = "not what became of an order"
            raise ValueError(msg)
        return cls(str(value["id"]), str(value["verb"]), str(value["result"]))


def acts(folder: Path, restart: Callable[[], None]) -> dict[str, Callable[[], None]]:
    """Return how each verb is carried out that needs no more than the station's folder and this process."""
    return {
        "blink": lambda: place(folder / BLINK_FILE, "", is_durable=False),
        # The note that brought it is journalled and goes up, and what became of it is told beside it.
        "report": lambda: None,
        "restart-agent": restart,
        "try-update": lambda: place(folder / UPDATE_FILE, "", is_durable=True),
    }


class OrderWay:
    """What was ordered and what became of it, kept in a file that outlives a power cut.

    An order is on the disk as begun before it is carried out, so it never is a second time.
    """

    def __init__(self, folder: Path, acts: Mapping[str, Callable[[], None]]) -> None:
        self._file = folder / FILE
        self._acts = acts
        self._known, self._is_lost = _read(self._file)

    def told(self) -> list[dict[str, str]]:
        """Return what became of the newest orders, oldest first."""
        return [asdict(each) for each in list(self._known.values())[-MOST_ORDERS:]]

    def follow(self, orders: Sequence[Order], proven_at: datetime) -> None:
        """Carry out what is new and in time by central's own clock; raises MemoryFileError."""
        for order in orders:
            if order.id in self._known:
                continue
            if self._is_lost:
                # Somebody took away or spoiled what says whether it was done: once at most means never.
                self._keep(Told(order.id, order.verb, UNKNOWN))
            elif order.until <= proven_at:
                self._keep(Told(order.id, order.verb, EXPIRED))
            else:
                self._do(order)
        self._is_lost = False

    def _do(self, order: Order) -> None:
        begun = Told(order.id, order.verb, BEGUN)
        self._keep(begun)
        log.info("order.begun", id=order.id, verb=order.verb)
        try:
            self._acts[order.verb]()
        except Exception:
            # Whatever an order meets, the entries must still be carried.
            log.exception("order.failed", id=order.id, verb=order.verb)
            self._keep(replace(begun, result=FAILED))
        else:
            self._keep(replace(begun, result=DONE))

    def _keep(self, told: Told) -> None:
        self._known[told.id] = told
        for old in list(self._known)[:-_KEPT]:
            del self._known[old]
        place(self._file, json.dumps([asdict(each) for each in self._known.values()]), is_durable=True)


def _all(value: object) -> list[Told]:
    if not isinstance(value, list):
        msg = "not what became of orders"
        raise TypeError(msg)
    return [Told.of(each) for each in value]


def _read(file: Path) -> tuple[dict[str, Told], bool]:
    """Return what is kept by order, and whether a file that should say so cannot be read."""
    try:
        told = _all(json.loads(file.read_bytes()))
    except FileNotFoundError:
        return {}, False
    except (OSError, ValueError, TypeError, RecursionError) as error:
        log.warning("orders.unusable", file=file.name, why=type(error).__name__)
        return {}, True
    return {each.id: each for each in told}, False
