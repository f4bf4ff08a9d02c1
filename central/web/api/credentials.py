"""The cards: those in somebody's hands, those nobody is known to hold, and every step of one."""

from datetime import date, datetime
from typing import Literal

from django.conf import settings
from django.db.models import QuerySet
from ninja import Schema
from ninja.responses import Status

from central.errors import RefusedError
from central.exchange.credentials_csv import token_of
from central.store import lookup
from central.store.models import Credential, Staff, Student
from central.store.queries.unknown_cards import UnknownCard
from central.web import clock
from central.web.access import student_of_school
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, Code, Day, DayOrNone, Form, Offset, Reason, Text, Words
from central.work import credential_verbs, keys, learn_card, viewings
from central.work.credential_verbs import Act, Card, Done, handle
from central.work.tool_rights import Right, Tool

PAGES = ("credentials",)
Kind = Literal["uid", "idm", "em", "sc1"]


class KnownCard(Schema):
    """A card in somebody's hands; `handle` is what people call it by, from which no number can be found."""

    id: str
    handle: str
    kind: str
    student: str | None
    employee: str | None
    is_temporary: bool
    since: date
    until: date | None


class KnownCards(Schema):
    """Some cards in somebody's hands on a day, the lent ones first, and how many there are."""

    on: date
    count: int
    cards: list[KnownCard]


class KnownUnknown(Schema):
    """A card nobody is known to hold, and where it was seen last."""

    handle: str
    times: int
    room: str
    station: str
    last_at: datetime
    held_by: str
    held_until: date | None


class KnownUnknowns(Schema):
    """Some cards of the last 30 days nobody is known to hold, and how many there are."""

    count: int
    cards: list[KnownUnknown]


class CardStep(Schema):
    """What a step did: the card, its earlier taps judged anew, and those behind signed records."""

    card: KnownCard
    taps_judged_anew: int
    taps_signed: int


class CardIssued(Form):
    """A card to keep: its number, which is hashed at once, and the student or employee who gets it."""

    kind: Kind = "uid"
    number: Words
    student: Text = ""
    employee: Text = ""
    since: Day | None = None
    reason: Text = ""


class CardLent(Form):
    """A card to be given back by a day."""

    kind: Kind = "uid"
    number: Words
    student: Text = ""
    employee: Text = ""
    until: Day
    reason: Text = ""


class CardLost(Form):
    """From which day a card was gone, and what happened."""

    since: Day
    reason: Words


class CardReplaced(Form):
    """The new card in the place of a lost one, from a day on."""

    kind: Kind = "uid"
    number: Words
    since: Day | None = None
    reason: Words


class CardLearned(Form):
    """Whose an unknown card is, from its first tap seen or a day named."""

    student: Code
    since: Day | None = None
    reason: Text = ""


def cards(request: Asked, on: DayOrNone = None, offset: Offset = 0) -> KnownCards:
    """List the cards in somebody's hands, today's where no day is named."""
    staff = request.auth.staff
    day = on or clock.today(staff.school)
    rows = _cards(request).filter(since__lte=day).exclude(until__lt=day)
    shown = rows.order_by("-is_temporary", "student__family_name", "pk")[offset : offset + MOST]
    viewings.note(staff, viewings.Seen("api credentials"), clock.now())
    return KnownCards(on=day, count=rows.count(), cards=[_card(row) for row in shown])


def unknown(request: Asked, offset: Offset = 0) -> KnownUnknowns:
    """List the cards of the last 30 days nobody is known to hold, the one seen last first."""
    school = request.auth.staff.school
    every = learn_card.lately(school, clock.today(school))
    shown = [_unknown(one) for one in every[offset : offset + MOST]]
    return KnownUnknowns(count=len(every), cards=shown)


def issue(request: Asked, form: CardIssued) -> Status[CardStep]:
    """Give somebody a card to keep from a day on; its taps from then on become theirs."""
    act = _act(request, form.reason)
    holder = _holder(request, form.student, form.employee)
    done = credential_verbs.issue(_typed(form.kind, form.number), holder, form.since or act.on, act)
    return Status(201, _done(done))


def lend(request: Asked, form: CardLent) -> Status[CardStep]:
    """Lend a card from today until a day, at most as long as the school allows."""
    holder = _holder(request, form.student, form.employee)
    card = _typed(form.kind, form.number)
    return Status(201, _done(credential_verbs.lend(card, holder, form.until, _act(request, form.reason))))


def lose(request: Asked, identity: Code, form: CardLost) -> Status[CardStep]:
    """Note a card as lost from a day on: its taps from then on are nobody's."""
    held = found.row(_cards(request), identity)
    return Status(201, _done(credential_verbs.lose(held, form.since, _act(request, form.reason))))


def replace(request: Asked, identity: Code, form: CardReplaced) -> Status[CardStep]:
    """Note a card as lost and give its holder another from the same day; both or neither."""
    held, act = found.row(_cards(request), identity), _act(request, form.reason)
    card = _typed(form.kind, form.number)
    return Status(201, _done(credential_verbs.replace(held, card, form.since or act.on, act)[1]))


def give_back(request: Asked, identity: Code, form: Reason) -> Status[CardStep]:
    """Take a card back today; its holder's taps of today still count."""
    held = found.row(_cards(request), identity)
    return Status(201, _done(credential_verbs.give_back(held, _act(request, form.reason))))


def learn(request: Asked, handle: Code, form: CardLearned) -> Status[CardStep]:
    """Make an unknown card a student's; its earlier taps follow by themselves."""
    act = _act(request, form.reason)
    card = learn_card.the_one(learn_card.lately(act.by.school, act.on), handle)
    student = found.student(request, form.student, "api credentials")
    return Status(201, _done(learn_card.learn(student, card, form.since, act)))


def _cards(request: Asked) -> QuerySet[Credential]:
    rows = Credential.objects.filter(school=request.auth.staff.school)
    return rows.select_related("student", "staff", "school")


def _act(request: Asked, reason: str) -> Act:
    staff = request.auth.staff
    return Act(staff, clock.now(), clock.today(staff.school), reason)


def _holder(request: Asked, student: str, employee: str) -> Student | Staff:
    if bool(student) == bool(employee):
        msg = "name either the student or the employee who gets the card"
        raise RefusedError(msg)
    return student_of_school(request.auth.staff, student) if student else lookup.staff(employee)


def _typed(kind: str, number: str) -> Card:
    """Hash the number of a card at once; it is kept nowhere."""
    return Card(kind, token_of(kind, number, keys.school_key(settings.CONFIG.keys)))


def _done(done: Done) -> CardStep:
    return CardStep(
        card=_card(done.credential), taps_judged_anew=done.taps.waiting, taps_signed=done.taps.signed
    )


def _card(row: Credential) -> KnownCard:
    return KnownCard(
        id=str(row.pk),
        handle=handle(bytes(row.token)),
        kind=row.kind,
        student=row.student.number if row.student else None,
        employee=row.staff.number if row.staff else None,
        is_temporary=row.is_temporary,
        since=row.since,
        until=row.until,
    )


def _unknown(of: UnknownCard) -> KnownUnknown:
    return KnownUnknown(
        handle=handle(of.token),
        times=len(of.sightings),
        room=of.last.room,
        station=of.last.station,
        last_at=of.last.at,
        held_by=of.held_by,
        held_until=of.held_until,
    )


_TOOL = Tool.CREDENTIALS
_ONE = "/credentials/{identity}"
OPERATIONS = (
    Operation("credentials", "GET", "/credentials", cards, KnownCards, _TOOL),
    Operation("unknownCards", "GET", "/unknown-cards", unknown, KnownUnknowns, _TOOL),
    Operation("issueCard", "POST", "/credentials", issue, CardStep, _TOOL, Right.ADD),
    Operation("lendCard", "POST", "/credentials/loans", lend, CardStep, _TOOL, Right.ADD),
    Operation("loseCard", "POST", f"{_ONE}/loss", lose, CardStep, _TOOL, Right.WRITE),
    Operation("replaceCard", "POST", f"{_ONE}/replacement", replace, CardStep, _TOOL, Right.WRITE),
    Operation("returnCard", "POST", f"{_ONE}/return", give_back, CardStep, _TOOL, Right.WRITE),
    Operation("learnCard", "POST", "/unknown-cards/{handle}/holder", learn, CardStep, _TOOL, Right.ADD),
)
