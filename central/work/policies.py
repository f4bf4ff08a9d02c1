"""Published: what a school chose for itself on a day, and choosing anew."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from central.errors import CentralError
from central.store.models import School, SchoolPolicy, Section, Staff
from central.store.queries.policies import Chosen, chosen
from central.work import rights, years_in_step
from central.work.school_settings import ALL, BY_NAME, NO, NONE, YES, Kind, Setting
from central.work.tool_rights import Right, Tool, require

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """What is chosen, from which day on, and why; `value` as a person writes it."""

    name: str
    value: str
    since: date
    reason: str


@dataclass(frozen=True, slots=True)
class Policies:
    """A school's settings, read once for many days."""

    _chosen: Chosen

    @classmethod
    def of(cls, school: School) -> "Policies":
        """Read every choice of a school."""
        return cls(chosen(school.pk))

    def text(self, name: str, on: date) -> str:
        """Return a setting's value on a day as people write it; its default before the first choice."""
        return self._chosen.on(name, on) or setting(name).default

    def value(self, name: str, on: date) -> int:
        """Return a number, or 1 and 0 for yes and no."""
        return _number(setting(name), self.text(name, on))

    def holds_for(self, name: str, section: Section, on: date) -> bool:
        """Tell whether a setting about classes names a class on a day."""
        text = self.text(name, on)
        return text == ALL or section.code in text.split(", ")


def value(school: School, name: str, on: date) -> int:
    """Return what a setting is on a day: a number, or 1 and 0 for yes and no.

    Whoever asks about many days or settings asks `Policies` instead. Raises CentralError for a name
    that is none.
    """
    return Policies(chosen(school.pk, name)).value(name, on)


def setting(name: str) -> Setting:
    """Return the setting of a name; raises CentralError for a name that is none."""
    found = BY_NAME.get(name)
    if found is None:
        msg = f"there is no setting {name!r}; rollbook-central setting list names them"
        raise CentralError(msg)
    return found


def choose(wish: Choice, by: Staff, now: datetime) -> SchoolPolicy:
    """Decide a setting from a day on; the last decision for a day counts.

    Nothing written earlier is changed: days before keep what held for them. Raises RefusedError for
    somebody who may not decide, and CentralError for a value that is none.
    """
    require(by, Tool.SETTINGS, Right.WRITE)
    wanted = setting(wish.name)
    kept = rights.reason(wish.reason, "a choice of the school")
    text = _checked(wanted, wish.value, by.school, wish.since)
    with transaction.atomic():
        row = SchoolPolicy.objects.create(
            school=by.school,
            name=wanted.name,
            value=text,
            since=wish.since,
            by=by.number,
            at=now,
            reason=kept,
        )
        if wanted.counts:
            years_in_step.rebuild_all(by.school)
    return row


def _number(of: Setting, text: str) -> int:
    return int(text == YES) if of.kind is Kind.YES_NO else int(text)


def _checked(of: Setting, text: str, school: School, since: date) -> str:
    """Return a value as it is kept; raises CentralError for one outside the setting's limits."""
    wanted = text.strip()
    if of.kind is Kind.CLASSES:
        return _classes(of, wanted, school, since)
    if of.kind is Kind.YES_NO:
        if wanted not in {YES, NO}:
            msg = f"{of.name} is {YES} or {NO}, not {wanted!r}"
            raise CentralError(msg)
        return wanted
    if not re.fullmatch(r"[0-9]{1,6}", wanted) or not of.least <= int(wanted) <= of.most:
        msg = f"{of.name} is a whole number of {of.unit} from {of.least} to {of.most}, not {wanted!r}"
        raise CentralError(msg)
    return str(int(wanted))


def _classes(of: Setting, text: str, school: School, since: date) -> str:
    if text in {ALL, NONE}:
        return text
    codes = sorted({code.strip() for code in text.split(",") if code.strip()})
    known = Section.objects.filter(school=school, code__in=codes, until__gte=since)
    lacking = sorted(set(codes) - set(known.values_list("code", flat=True)))
    if lacking or not codes:
        what = f"there is no class {', '.join(lacking)} from {since} on" if lacking else "it is empty"
        msg = f"{of.name} is {ALL}, {NONE} or codes of classes with commas between; {what}"
        raise CentralError(msg)
    kept = ", ".join(codes)
    if len(kept) > _LONGEST:
        msg = f"{of.name} takes at most {_LONGEST} characters of class codes; say {ALL}, or name fewer"
        raise CentralError(msg)
    return kept
