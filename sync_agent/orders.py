"""Published: the few things central may have a station do once, and the note's members that ask for them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from sync_agent.errors import WireError
from sync_agent.wire import Fields, instant_text

VERBS: Final[Mapping[str, str]] = {
    "blink": "The panel shows for a moment which station this is.",
    "report": "The agent talks to central at once and tells how the station is.",
    "restart-agent": "The agent ends after its talk, and systemd starts it anew.",
    "rotate-key": "The agent makes itself a new signing key and has central take it.",
    "try-update": "The station looks at once whether a release waits for it.",
}
"""Each verb and what comes of it; none names a file, a table or an entry, and none reaches the journal."""

MOST_ORDERS: Final = 8
"""So many orders may stand in one note."""

_ID: Final = re.compile(r"[0-9a-f]{16}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Order:
    """One order: its number (16 hexadecimal digits), what is to be done, and until when it may begin."""

    id: str
    verb: str
    until: datetime

    def members(self) -> dict[str, object]:
        """Return the order as a JSON object."""
        return {"id": self.id, "verb": self.verb, "until": instant_text(self.until)}

    @classmethod
    def of(cls, fields: Fields) -> Self:
        """Read one order; raises WireError for a verb that is not known here, or any further member."""
        if set(fields.members) != {"id", "verb", "until"}:
            msg = f"{fields.name} has other members than id, verb and until"
            raise WireError(msg)
        number, verb = fields.text("id"), fields.text("verb")
        if not _ID.fullmatch(number):
            msg = f"{fields.name} has a number that is not 16 hexadecimal digits"
            raise WireError(msg)
        if verb not in VERBS:
            msg = f"{fields.name} asks for something that cannot be ordered from afar"
            raise WireError(msg)
        return cls(number, verb, fields.instant("until"))


def read(value: object) -> tuple[Order, ...]:
    """Return the orders of a decoded list, one at least.

    Raises WireError where one of them is none, or comes twice.
    """
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_ORDERS:
        msg = f"the configuration's orders are no list of 1 to {MOST_ORDERS}"
        raise WireError(msg)
    orders = tuple(_order(each) for each in value)
    if len({order.id for order in orders}) != len(orders):
        msg = "the configuration gives one order twice"
        raise WireError(msg)
    return orders


def listed(orders: Sequence[Order]) -> list[dict[str, object]]:
    """Return orders as they stand in a note."""
    return [order.members() for order in orders]


def _order(value: object) -> Order:
    if not isinstance(value, dict):
        msg = "an order of the configuration is no JSON object"
        raise WireError(msg)
    return Order.of(Fields("an order", value))
