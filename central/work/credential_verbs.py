"""Issue, lend, lose, replace and take back cards: each step with who, when and why, its taps judged anew."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction

from central.errors import RefusedError
from central.exchange.credentials_csv import Issue
from central.exchange.problem import Where
from central.store.models import Credential, CredentialEvent, School, Staff, Student
from central.work import policies
from central.work.card_taps import Reopened, reopen
from central.work.credentials import hand_out
from central.work.keys import SCHOOL_KEY_ID
from central.work.rights import reason
from central.work.tool_rights import Right, Tool, require

_AHEAD: Final = timedelta(days=30)
_DAY: Final = timedelta(days=1)
_What = CredentialEvent.What


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts, when and why; a reason may be empty where a card is simply handed out."""

    by: Staff
    at: datetime
    on: date
    """The school's local date of `at`."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A card as the records know one: its kind, and the keyed hash of its number."""

    kind: str
    token: bytes = field(repr=False)

    @property
    def handle(self) -> str:
        """What people call it by: eight characters of the hash, from which no number can be found."""
        return handle(self.token)


@dataclass(frozen=True, slots=True)
class Done:
    """The credential a step was about, and what became of its taps."""

    credential: Credential
    taps: Reopened


def handle(token: bytes) -> str:
    """Return the short name of a card."""
    return token.hex()[:8]


def issue(card: Card, holder: Student | Staff, since: date, act: Act, what: str = _What.ISSUED) -> Done:
    """Give somebody a card to keep from a day on; whoever had it before had it until the day before.

    Its taps from that day on become the new holder's. Raises RefusedError.
    """
    require(act.by, Tool.CREDENTIALS, Right.ADD)
    if since > act.on + _AHEAD:
        msg = f"{since} is too far ahead; a card is given from a day within {_AHEAD.days} days"
        raise RefusedError(msg)
    is_student = isinstance(holder, Student)
    wanted = Issue(Where("credential"), is_student, holder.number, card.kind, card.token, since, None)
    with transaction.atomic():
        if not hand_out(wanted):
            msg = f"card {card.handle} is theirs already; nothing was written"
            raise RefusedError(msg)
        given = Credential.objects.filter(school=holder.school, token=card.token, since=since).latest("pk")
        _note(given, what, act)
        return Done(given, reopen(holder.school, card.token, since))


def lend(card: Card, holder: Student | Staff, until: date, act: Act) -> Done:
    """Lend a card from today until a day, at most as long as the school allows; nobody else may hold it.

    Raises RefusedError.
    """
    require(act.by, Tool.CREDENTIALS, Right.ADD)
    since, longest = act.on, longest_loan(holder.school, act.on)
    if not since <= until < since + longest:
        last = since + longest - _DAY
        msg = f"a card is lent for 1 to {longest.days} days from today; choose a day until {last}"
        raise RefusedError(msg)
    others = Credential.objects.filter(school=holder.school, token=card.token, since__lte=until)
    with transaction.atomic():
        if others.exclude(until__lt=since).exists():
            msg = f"card {card.handle} is in somebody's hands then; take another, or take it back first"
            raise RefusedError(msg)
        lent = Credential.objects.create(
            school=holder.school,
            student=holder if isinstance(holder, Student) else None,
            staff=holder if isinstance(holder, Staff) else None,
            token=card.token,
            key_id=SCHOOL_KEY_ID,
            kind=card.kind,
            is_temporary=True,
            since=since,
            until=until,
        )
        _note(lent, _What.LENT, act)
        return Done(lent, reopen(holder.school, card.token, since))


def longest_loan(school: School, on: date) -> timedelta:
    """Return for how long the school lends a card at most."""
    return timedelta(days=policies.value(school, "temporary_card_days", on))


def give_back(held: Credential, act: Act) -> Done:
    """Take a card back today; its holder's taps of today still count. Raises RefusedError."""
    require(act.by, Tool.CREDENTIALS, Right.WRITE)
    with transaction.atomic():
        _require_held(held, act)
        _end(held, act.on)
        _note(held, _What.RETURNED, act)
        return Done(held, reopen(held.school, bytes(held.token), act.on + _DAY))


def lose(held: Credential, since: date, act: Act) -> Done:
    """Note a card as lost from a day on: its taps from then on are nobody's.

    A card lost on the day it was given was never anybody's. Raises RefusedError.
    """
    require(act.by, Tool.CREDENTIALS, Right.WRITE)
    kept = reason(act.reason, "a lost card")
    if since > act.on:
        msg = f"{since} has not come yet; say from which day the card was gone"
        raise RefusedError(msg)
    with transaction.atomic():
        _require_held(held, act, since)
        since = max(since, held.since)
        _end(held, since - _DAY)
        _note(held, _What.LOST, act, kept)
        return Done(held, reopen(held.school, bytes(held.token), since))


def replace(held: Credential, card: Card, since: date, act: Act) -> tuple[Done, Done]:
    """Note a card as lost from a day on and give its holder another from the same day; both or neither.

    Raises RefusedError.
    """
    holder = held.student or held.staff
    if holder is None or bytes(held.token) == card.token:
        msg = f"card {card.handle} is the one to be replaced; lay down the new one"
        raise RefusedError(msg)
    with transaction.atomic():
        return lose(held, since, act), issue(card, holder, since, act, _What.REPLACED)


def _require_held(held: Credential, act: Act, since: date | None = None) -> None:
    """Refuse what is over already, read anew so that two clerks at once cannot both end it."""
    held.refresh_from_db(fields=["since", "until"])
    last = held.until
    if last is not None and last < (since or act.on):
        msg = f"card {handle(bytes(held.token))} was over on {last} already; nothing was written"
        raise RefusedError(msg)


def _end(held: Credential, until: date) -> None:
    held.until = until
    held.save(update_fields=["until"])


def _note(held: Credential, what: str, act: Act, kept: str = "") -> None:
    told = kept or " ".join(act.reason.split())[:255]
    CredentialEvent.objects.create(credential=held, what=what, by=act.by.number, at=act.at, reason=told)
