"""Take handed-out cards and phones into the records, as keyed hashes only."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F

from central.errors import RefusedError
from central.exchange import credentials_csv
from central.exchange.credentials_csv import Issue
from central.exchange.named_file import NamedFile
from central.exchange.problem import Problem, refuse
from central.store.models import Credential, School, Staff, Student
from central.work.imported import remember
from central.work.keys import SCHOOL_KEY_ID

_DAY: Final = timedelta(days=1)


def import_credentials(file: NamedFile, school_key: bytes, now: datetime, by: str) -> dict[str, int]:
    """Take a credentials file in and return what changed, by noun.

    A card given to another person ends for the first on the day before. Raises InputError with
    every problem found; nothing is written then.
    """
    problems: list[Problem] = []
    issues = credentials_csv.read(file.name, file.data, school_key, problems)
    with transaction.atomic():
        drawer = _Drawer(School.objects.get())
        in_order = sorted(issues, key=lambda issue: issue.since)
        problems += [Problem(issue.where, text) for issue in in_order if (text := drawer.give(issue))]
        refuse(f"{file.name} is not taken in; nothing was written:", problems)
        return remember("credentials", (file,), drawer.changes, now, by)


def hand_out(issue: Issue) -> bool:
    """Give one credential to its holder, within the caller's transaction; tell whether that is new.

    Raises RefusedError when it cannot be given.
    """
    drawer = _Drawer(School.objects.get())
    refusal = drawer.give(issue)
    if refusal:
        msg = f"nothing is issued: {refusal}"
        raise RefusedError(msg)
    return bool(drawer.changes)


@dataclass(slots=True)
class _Drawer:
    """Every card of the school by its token, each one's holders in the order they had it."""

    school: School
    changes: Counter[str] = field(default_factory=Counter)
    _cards: dict[bytes, list[Credential]] = field(init=False)
    _students: dict[str, int] = field(init=False)
    _staff: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self._cards = defaultdict(list)
        # A card noted as lost from the day it was given was never anybody's.
        held = Credential.objects.filter(school=self.school).exclude(until__lt=F("since"))
        for row in held.order_by("since"):
            self._cards[bytes(row.token)].append(row)
        self._students = dict(Student.objects.filter(school=self.school).values_list("number", "pk"))
        self._staff = dict(Staff.objects.filter(school=self.school).values_list("number", "pk"))

    def give(self, issue: Issue) -> str:
        """Record one issue; return why it cannot be, or nothing."""
        holder = (self._students if issue.is_student else self._staff).get(issue.number)
        if holder is None:
            return f"no {'student' if issue.is_student else 'staff member'} has this number"
        card = self._cards[issue.token]
        same_day = next((row for row in card if row.since == issue.since), None)
        if same_day:
            if _holder(same_day) != (issue.is_student, holder):
                return "this credential is given to two people from the same day on"
            self._close(same_day, self._last_day(card, issue))
            return ""
        before = max((row for row in card if row.since < issue.since), key=_since, default=None)
        if before and (before.until is None or before.until >= issue.since):
            if _holder(before) == (issue.is_student, holder):
                return ""
            self._close(before, issue.since - _DAY)
        self._add(issue, holder, self._last_day(card, issue))
        return ""

    def _last_day(self, card: list[Credential], issue: Issue) -> date | None:
        """Return the last day asked for, or the one before somebody else got the card."""
        later = [row.since - _DAY for row in card if row.since > issue.since]
        return min([*later, *([issue.until] if issue.until else [])], default=None)

    def _close(self, row: Credential, until: date | None) -> None:
        if row.until != until:
            row.until = until
            row.save(update_fields=["until"])
            self.changes["credentials changed"] += 1

    def _add(self, issue: Issue, holder: int, until: date | None) -> None:
        row = Credential.objects.create(
            school=self.school,
            student_id=holder if issue.is_student else None,
            staff_id=None if issue.is_student else holder,
            token=issue.token,
            key_id=SCHOOL_KEY_ID,
            kind=issue.kind,
            device_key=issue.device_key,
            since=issue.since,
            until=until,
        )
        self._cards[issue.token].append(row)
        self.changes["credentials added"] += 1


def _holder(row: Credential) -> tuple[bool, int | None]:
    return row.student_id is not None, row.student_id or row.staff_id


def _since(row: Credential) -> date:
    return row.since
