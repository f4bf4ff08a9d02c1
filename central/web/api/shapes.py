"""The small shapes all operations share: dates, instants, texts, codes and pages of lists."""

import re
from datetime import date, datetime, time
from typing import Annotated, Final

from django.http import Http404
from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from central.domain.finding import Finding
from central.exchange.named_file import NamedFile
from central.web.dates import date_in

MOST: Final = 200
"""How many lines of a list come at once, at most."""
_ISO_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_ISO_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})")
# The programs that ask are not to learn that the records keep texts without control characters only.
_PLAIN: Final = r"^[^\x00-\x1f\x7f]*$"
_HOUR_MINUTE: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
_NO_CLOCK: Final = "write it like 08:30"
_NOT_ISO: Final = "write it like 2024-08-19"
_NO_NUMBER: Final = "write a whole number in digits"
_NO_INSTANT: Final = "write it like 2024-08-19T08:31:00-07:00"


def _day(value: object) -> object:
    """Read a date; one far outside the records is of nothing kept here."""
    if value is None or isinstance(value, date):
        return value
    if not isinstance(value, str) or not _ISO_DATE.fullmatch(value) or not value.isascii():
        raise ValueError(_NOT_ISO)
    on = date.fromisoformat(value)
    return date_in(on.isoformat(), on)


def _instant(value: object) -> object:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _ISO_INSTANT.fullmatch(value) or not value.isascii():
        raise ValueError(_NO_INSTANT)
    at = datetime.fromisoformat(value.upper())
    date_in(at.date().isoformat(), at.date())
    return at


def _clock(value: object) -> object:
    """Read a time of day to the minute."""
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not re.fullmatch(_HOUR_MINUTE, value) or not value.isascii():
        raise ValueError(_NO_CLOCK)
    return time.fromisoformat(value)


def whole(value: object) -> object:
    """Read a number in an address as it is written, not as it could be understood."""
    if isinstance(value, str) and not (value.isascii() and value.isdecimal()):
        raise ValueError(_NO_NUMBER)
    return value


_A_DATE: Final = WithJsonSchema({"type": "string", "format": "date"})
Day = Annotated[date, BeforeValidator(_day), _A_DATE]
"""A date at the school, YYYY-MM-DD."""
DayOrNone = Annotated[date | None, BeforeValidator(_day), _A_DATE]
"""The same in an address, where it may be left out."""
Instant = Annotated[
    datetime, BeforeValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})
]
"""A moment with its offset from UTC."""
Text = Annotated[str, StringConstraints(max_length=255, pattern=_PLAIN)]
"""What a person says, on one line."""
Words = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=_PLAIN)]
"""The same where something must be said."""
Code = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=_PLAIN)]
"""What the school calls a class, a student, a station, a year."""
Minutes = Annotated[int, Field(ge=0, le=24 * 60)]
"""Minutes within a day."""
Clock = Annotated[time, BeforeValidator(_clock), WithJsonSchema({"type": "string", "pattern": _HOUR_MINUTE})]
"""A time of the school's clocks, HH:MM."""
Offset = Annotated[int, Field(ge=0, le=1_000_000), BeforeValidator(whole)]
"""How many lines to leave out."""


class Form(Schema):
    """What is sent: members that are not known are refused, so that a slip of a name is noticed."""

    model_config = ConfigDict(extra="forbid")


class Reason(Form):
    """Why somebody does what is asked."""

    reason: Words


class FileSent(Form):
    """A file of text, with the name it bears where it comes from."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_PLAIN)]
    text: Annotated[str, StringConstraints(max_length=2_000_000)]

    def named(self) -> NamedFile:
        """Return the file as the importers read one."""
        return NamedFile(self.name, self.text.encode(errors="replace"))


def number_of(identity: str) -> int:
    """Return the number behind an `id`; one that is none names nothing, as does one too large to be kept."""
    if identity.isascii() and identity.isdecimal() and len(identity) <= len(str(2**62)):
        return int(identity)
    raise Http404


class KnownFinding(Schema):
    """What a rule noticed: where it comes from, about whom or what, and what to do about it."""

    rule: str
    citation: str
    subject: str
    on: date | None
    says: str
    remedy: str
    blocks: bool


def finding(of: Finding) -> KnownFinding:
    """Return a finding as programs read it."""
    return KnownFinding(
        rule=of.rule,
        citation=of.citation,
        subject=of.subject,
        on=of.on,
        says=of.says,
        remedy=of.remedy,
        blocks=of.blocks,
    )
