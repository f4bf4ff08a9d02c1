"""What a kit holds: the classes of the next weeks, their people, sheet numbers and a key of its own."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final

from central.domain.class_sheet import ClassPlan, Held, Place, SheetClass
from central.exchange.kit.sealed import SealError

_VERSION: Final = 1
Json = dict[str, Any]  # as json reads it; every member is taken apart below


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff who may print and key."""

    number: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class KitClass:
    """A class with the employee numbers of its staff."""

    plan: ClassPlan
    staff: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class School:
    """The school a kit is of."""

    code: str
    name: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Terms:
    """For how long and with which numbers a kit works; its certificate says the same."""

    kit: str
    made_at: datetime
    last_on: date
    expires_at: datetime
    first_serial: int
    last_serial: int


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything in a kit; secrets are kept out of its repr."""

    school: School
    terms: Terms
    staff: tuple[Person, ...] = field(repr=False)
    classes: tuple[KitClass, ...] = field(repr=False)
    seed: str = field(repr=False)
    """The private half of the key it signs with, 64 hex digits."""
    drawer: str = field(repr=False)
    """The key of what is kept beside it on the laptop, 64 hex digits."""
    certificate: Mapping[str, str] = field(repr=False)
    """Central's signed word on its public key and terms."""

    def data(self) -> bytes:
        """Return the bytes that are sealed; `read` makes the same of them again."""
        terms = self.terms
        fields = {
            "v": _VERSION,
            "school": {"code": self.school.code, "name": self.school.name, "zone": self.school.time_zone},
            "terms": {
                "kit": terms.kit,
                "made_at": terms.made_at.isoformat(),
                "last_on": terms.last_on.isoformat(),
                "expires_at": terms.expires_at.isoformat(),
                "serials": [terms.first_serial, terms.last_serial],
            },
            "staff": [[each.number, each.name, each.role] for each in self.staff],
            "classes": [_class(each) for each in self.classes],
            "seed": self.seed,
            "drawer": self.drawer,
            "certificate": dict(self.certificate),
        }
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def read(data: bytes) -> Contents:
    """Return the contents of a kit that was opened; raises SealError for one of another release."""
    try:
        fields: Json = json.loads(data)
        version = fields["v"]
        if version != _VERSION:
            msg = f"the kit is of version {version} and this program reads {_VERSION}; update Rollbook here"
            raise SealError(msg)
        school, terms = fields["school"], fields["terms"]
        return Contents(
            school=School(school["code"], school["name"], school["zone"]),
            terms=Terms(
                terms["kit"],
                datetime.fromisoformat(terms["made_at"]),
                date.fromisoformat(terms["last_on"]),
                datetime.fromisoformat(terms["expires_at"]),
                *terms["serials"],
            ),
            staff=tuple(Person(*each) for each in fields["staff"]),
            classes=tuple(_read_class(school["name"], each) for each in fields["classes"]),
            seed=fields["seed"],
            drawer=fields["drawer"],
            certificate=fields["certificate"],
        )
    except (ValueError, TypeError, KeyError) as error:
        msg = "the kit opens, but not as this release writes it; save a new one at central"
        raise SealError(msg) from error


def _class(each: KitClass) -> Json:
    of = each.plan.of
    return {
        "code": of.code,
        "title": of.title,
        "room": of.room,
        "names": list(of.teachers),
        "staff": list(each.staff),
        "days": [[day.on.isoformat(), _clock(day.starts), _clock(day.ends)] for day in each.plan.days],
        "places": [
            [place.number, place.name, place.since.isoformat(), place.until.isoformat()]
            for place in each.plan.places
        ],
    }


def _read_class(school_name: str, fields: Json) -> KitClass:
    names: Sequence[str] = fields["names"]
    of = SheetClass(school_name, fields["code"], fields["title"], fields["room"], tuple(names))
    days = tuple(
        Held(date.fromisoformat(on), _time(starts), _time(ends)) for on, starts, ends in fields["days"]
    )
    places = tuple(
        Place(number, name, date.fromisoformat(since), date.fromisoformat(until))
        for number, name, since, until in fields["places"]
    )
    return KitClass(ClassPlan(of, days, places), tuple(fields["staff"]))


def _clock(at: time | None) -> str | None:
    return None if at is None else at.isoformat()


def _time(text: str | None) -> time | None:
    return None if text is None else time.fromisoformat(text)
