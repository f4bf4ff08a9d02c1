"""Published: what central may set at a station from afar: names, bounds, and the note that tells them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from sync_agent import orders as wished
from sync_agent.errors import WireError
from sync_agent.orders import Order
from sync_agent.wire import Fields, decode_object, instant_text

PURPOSE: Final = "config"
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Settable:
    """One setting: the least and the most it may be, in seconds, and what it does, as a sentence."""

    least_s: float
    most_s: float
    does: str
    is_whole: bool = False

    def read(self, value: object) -> float | None:
        """Return a value decoded from JSON if it is a number within the bounds, otherwise None."""
        if isinstance(value, bool) or not isinstance(value, int if self.is_whole else int | float):
            return None
        # Neither NaN nor anything infinite is within bounds.
        return value if self.least_s <= value <= self.most_s else None


# None of these can name a file, a table or a kind of entry, nor stop anything from being recorded.
SETTABLE: Final[Mapping[str, Settable]] = {
    "poll_s": Settable(5, 900, "The agent talks to central this often when nothing new waits."),
    "linger_s": Settable(0.5, 60, "New entries are noticed and sent within this time."),
    "reconnect_s": Settable(
        1, 900, "After a power cut a station waits no longer than this for its first talk."
    ),
    "backoff_s": Settable(1, 60, "The first wait after a failed talk is no longer than this."),
    "longest_backoff_s": Settable(60, 300, "No wait after a failed talk is longer than this."),
    # Central calls a station silent that wrote nothing for 20 minutes.
    "alive_s": Settable(60, 900, "The station journals this often that it is alive.", is_whole=True),
}
OF_THE_STATION: Final = frozenset({"alive_s"})
"""The settings the station itself reads; all others are the agent's."""
MOST_RELEASE: Final = 40

# A release is a folder's name at the station: no separator, and a dot only between what it parts.
_RELEASE: Final = re.compile(r"[0-9][0-9A-Za-z]*(?:[.+-][0-9A-Za-z]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Config:
    """One version of what a station is set to; a setting that is not named is as its own files say.

    `release` is the version of the software the station should run, None to stay as it is; `orders`
    are what it is to do once.
    """

    station: str
    version: int
    expires_at: datetime
    values: Mapping[str, float]
    release: str | None = None
    orders: tuple[Order, ...] = ()

    def members(self) -> dict[str, object]:
        """Return the note to be signed for the purpose "config".

        Release and orders stand in it only where there are some: a station of an earlier release takes
        no note with members it does not know.
        """
        members: dict[str, object] = {
            "v": VERSION,
            "station": self.station,
            "version": self.version,
            "expires_at": instant_text(self.expires_at),
            "values": dict(self.values),
        }
        if self.release is not None:
            members["release"] = self.release
        if self.orders:
            members["orders"] = wished.listed(self.orders)
        return members

    @classmethod
    def of(cls, note: str) -> Self:
        """Read the text of a proven note.

        Raises WireError for anything that is not settings within their bounds and nothing else: a part
        of a configuration is never taken.
        """
        fields = decode_object(note.encode("utf-8", "surrogatepass"), PURPOSE)
        fields.fixed("v", VERSION)
        config = cls(
            station=fields.text("station"),
            version=fields.whole("version", 1),
            expires_at=fields.instant("expires_at"),
            values=_values(fields.nested("values")),
            release=_release(fields) if "release" in fields.members else None,
            orders=wished.read(fields.members["orders"]) if "orders" in fields.members else (),
        )
        if set(fields.members) != set(config.members()):
            msg = "the configuration has members that are not known here"
            raise WireError(msg)
        return config


def is_release(text: str) -> bool:
    """Say whether a text can name a release: digits, letters, and single dots, signs and hyphens between."""
    return len(text) <= MOST_RELEASE and _RELEASE.fullmatch(text) is not None


def _release(fields: Fields) -> str:
    release = fields.text("release")
    if not is_release(release):
        msg = "the configuration names a release by something that is no version"
        raise WireError(msg)
    return release


def _values(fields: Fields) -> Mapping[str, float]:
    values: dict[str, float] = {}
    for name, given in fields.members.items():
        setting = SETTABLE.get(name)
        if setting is None:
            msg = "the configuration sets something that cannot be set from afar"
            raise WireError(msg)
        value = setting.read(given)
        if value is None:
            raise fields.wrong(name, f"a number from {setting.least_s:g} to {setting.most_s:g}")
        values[name] = value
    return values
