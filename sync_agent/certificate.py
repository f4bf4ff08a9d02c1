"""Published: the certificate of one station's school day, as a value and as the note both sides sign."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Final, Self

from sync_agent.errors import WireError
from sync_agent.signing import VerifyKey, open_text
from sync_agent.wire import VERSION, Fields, decode_object

PURPOSE: Final = "certificate"
OPEN, CLOSED = "open", "closed"


@dataclass(frozen=True, slots=True)
class Range:
    """Entries of one epoch without a gap; `root` is the RFC 6962 root over their leaf hashes."""

    epoch: int
    first_seq: int
    first_h: bytes
    last_seq: int
    last_h: bytes
    root: bytes

    @property
    def entries(self) -> int:
        """How many entries it holds."""
        return self.last_seq - self.first_seq + 1

    def covers(self, other: "Range") -> bool:
        """Tell whether every entry of another range is in this one."""
        return (
            self.epoch == other.epoch and self.first_seq <= other.first_seq <= other.last_seq <= self.last_seq
        )

    def members(self) -> dict[str, object]:
        """Return the range as it stands in a note."""
        return {
            "epoch": self.epoch,
            "first_seq": self.first_seq,
            "first_h": self.first_h.hex(),
            "last_seq": self.last_seq,
            "last_h": self.last_h.hex(),
            "root": self.root.hex(),
        }

    @classmethod
    def of(cls, fields: Fields) -> Self:
        """Read a range; raise WireError."""
        first = fields.whole("first_seq", 1)
        return cls(
            epoch=fields.whole("epoch", 1),
            first_seq=first,
            first_h=fields.digest("first_h"),
            last_seq=fields.whole("last_seq", first),
            last_h=fields.digest("last_h"),
            root=fields.digest("root"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a certificate says beside the ranges: figures for people, none of which the station can check."""

    taps: int
    dispositions: Mapping[str, int]
    time_quality: Mapping[str, int]
    alive_minutes: int
    silences: Sequence[Sequence[str]]
    gaps: Sequence[Mapping[str, object]]
    roster: int | None
    config: int | None
    sw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """One revision of what central says of a station's school day.

    `prev` is the SHA-256 of the note of the school day before (its newest revision when this one was
    made), `replaces` that of this day's revision before; None where there is none. `why` says in
    sentences what keeps the day open.
    """

    station: str
    school: str
    day: date
    zone: str
    tzdata: str
    ranges: Sequence[Range]
    told: Told
    prev: str | None
    replaces: str | None
    revision: int
    why: Sequence[str]

    @property
    def state(self) -> str:
        """Return open while anything is left to be said, closed otherwise."""
        return OPEN if self.why else CLOSED

    @property
    def entries(self) -> int:
        """How many entries of the journal it stands for."""
        return sum(each.entries for each in self.ranges)

    def members(self) -> dict[str, object]:
        """Return the note to be signed for the purpose "certificate"."""
        last = self.ranges[-1] if self.ranges else None
        through = last and {"epoch": last.epoch, "seq": last.last_seq, "h": last.last_h.hex()}
        return {
            "v": VERSION,
            "station": self.station,
            "school": self.school,
            "day": self.day.isoformat(),
            "zone": self.zone,
            "tzdata": self.tzdata,
            "through": through,
            "ranges": [each.members() for each in self.ranges],
            "entries": self.entries,
            **asdict(self.told),
            "prev": self.prev,
            "replaces": self.replaces,
            "revision": self.revision,
            "state": self.state,
            "why": list(self.why),
        }

    @classmethod
    def of(cls, members: Mapping[str, object]) -> Self:
        """Read a proven note; raise WireError, also where its own sums and its state do not agree."""
        fields = Fields("certificate", members)
        fields.fixed("v", VERSION)
        found = cls(
            station=fields.text("station"),
            school=fields.text("school"),
            day=_date(fields, "day"),
            zone=fields.text("zone"),
            tzdata=fields.text("tzdata"),
            ranges=tuple(Range.of(each) for each in _objects(fields, "ranges")),
            told=_told(fields),
            prev=fields.text_or_none("prev"),
            replaces=fields.text_or_none("replaces"),
            revision=fields.whole("revision", 1),
            why=tuple(_texts(fields, "why")),
        )
        fields.fixed("entries", found.entries)
        fields.fixed("state", found.state)
        return found


def open_certificate(signed: Mapping[str, object], key: VerifyKey) -> Certificate:
    """Return the certificate a Signed object holds once its signature is proven.

    Raises SignatureError and WireError.
    """
    note = open_text(PURPOSE, signed, key)
    return Certificate.of(decode_object(note.encode(), "certificate").members)


def _told(fields: Fields) -> Told:
    return Told(
        taps=fields.whole("taps"),
        dispositions=_counts(fields, "dispositions"),
        time_quality=_counts(fields, "time_quality"),
        alive_minutes=fields.whole("alive_minutes"),
        silences=tuple(_pair(each) for each in _list(fields, "silences")),
        gaps=tuple(each.members for each in _objects(fields, "gaps")),
        roster=fields.whole_or_none("roster"),
        config=fields.whole_or_none("config"),
        sw=fields.text("sw"),
    )


def _date(fields: Fields, key: str) -> date:
    text = fields.text(key)
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise fields.wrong(key, "a date like 2026-11-20") from error
    if found.isoformat() != text:
        raise fields.wrong(key, "a date like 2026-11-20")
    return found


def _list(fields: Fields, key: str) -> list[object]:
    found = fields.members.get(key)
    if not isinstance(found, list):
        raise fields.wrong(key, "a list")
    return found


def _objects(fields: Fields, key: str) -> list[Fields]:
    return [Fields(fields.name, {key: each}).nested(key) for each in _list(fields, key)]


def _texts(fields: Fields, key: str) -> list[str]:
    return [Fields(fields.name, {key: each}).text(key) for each in _list(fields, key)]


def _counts(fields: Fields, key: str) -> dict[str, int]:
    nested = fields.nested(key)
    return {name: nested.whole(name) for name in nested.members}


def _pair(value: object) -> tuple[str, str]:
    if not isinstance(value, list) or len(value) != 2 or not all(isinstance(each, str) for each in value):  # noqa: PLR2004  from and to
        msg = "certificate.silences holds something that is not a pair of instants"
        raise WireError(msg)
    return value[0], value[1]
