"""The school's settings: what each is on a day, every decision on it, and choosing anew from a day on."""

from datetime import date, datetime

from ninja import Schema
from ninja.responses import Status

from central.store.models import SchoolPolicy
from central.web import clock
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, Code, Day, DayOrNone, Form, Offset, Words
from central.work import policies
from central.work.policies import Choice
from central.work.school_settings import SETTINGS, Setting
from central.work.tool_rights import Right, Tool

PAGES = ("settings",)


class KnownSetting(Schema):
    """One thing the school decides, and what it is on a day."""

    name: str
    topic: str
    kind: str
    unit: str
    default: str
    value: str
    says: str
    law: str


class KnownSettings(Schema):
    """Every setting as it is on a day."""

    on: date
    settings: list[KnownSetting]


class KnownChoice(Schema):
    """A decision on a setting; of a first day the last one counts."""

    id: str
    name: str
    value: str
    since: date
    by: str
    at: datetime
    reason: str


class KnownChoices(Schema):
    """Some decisions on one setting, newest first, and how many there are."""

    name: str
    count: int
    choices: list[KnownChoice]


class SettingChosen(Form):
    """A value as a person writes it, from which day on, and why."""

    value: Words
    since: Day
    reason: Words


def settings(request: Asked, on: DayOrNone = None) -> KnownSettings:
    """List every setting as it is on a day, today where none is named."""
    school = request.auth.staff.school
    day = on or clock.today(school)
    kept = policies.Policies.of(school)
    return KnownSettings(on=day, settings=[_setting(each, kept.text(each.name, day)) for each in SETTINGS])


def choices(request: Asked, name: Code, offset: Offset = 0) -> KnownChoices:
    """List every decision on a setting, newest first."""
    rows = SchoolPolicy.objects.filter(school=request.auth.staff.school, name=name)
    shown = rows.order_by("-since", "-pk")[offset : offset + MOST]
    return KnownChoices(name=name, count=rows.count(), choices=[_choice(row) for row in shown])


def choose(request: Asked, name: Code, form: SettingChosen) -> Status[KnownChoice]:
    """Decide a setting from a day on; days before keep what held for them."""
    wish = Choice(name, form.value, form.since, form.reason)
    return Status(201, _choice(policies.choose(wish, request.auth.staff, clock.now())))


def _setting(of: Setting, value: str) -> KnownSetting:
    return KnownSetting(
        name=of.name,
        topic=of.topic,
        kind=of.kind,
        unit=of.unit,
        default=of.default,
        value=value,
        says=of.says,
        law=of.law,
    )


def _choice(row: SchoolPolicy) -> KnownChoice:
    return KnownChoice(
        id=str(row.pk),
        name=row.name,
        value=row.value,
        since=row.since,
        by=row.by,
        at=row.at,
        reason=row.reason,
    )


OPERATIONS = (
    Operation("settings", "GET", "/settings", settings, KnownSettings, Tool.SETTINGS),
    Operation("settingChoices", "GET", "/settings/{name}/choices", choices, KnownChoices, Tool.SETTINGS),
    Operation(
        "chooseSetting",
        "POST",
        "/settings/{name}/choices",
        choose,
        KnownChoice,
        Tool.SETTINGS,
        Right.WRITE,
    ),
)
