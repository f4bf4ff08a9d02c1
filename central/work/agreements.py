"""Keep the agreements with workforce partners, row by row."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from central.domain.calendar import DateSpan
from central.domain.enrolment import Partner
from central.errors import CentralError, RefusedError
from central.store.models import AuditEvent, ProgrammeAgreement, School, Staff
from central.store.queries.facts import DIPLOMA_HOLDERS, PROGRESS, standing_agreements
from central.work import rights, years_in_step
from central.work.tool_rights import Right, Tool, require

CHOICES = {"diploma-holders": DIPLOMA_HOLDERS, "progress": PROGRESS}
"""What a school may choose about eligibility, by the word it is asked with."""
_LONGEST_NAME = 60
_LONGEST_EVIDENCE = 255


@dataclass(frozen=True, slots=True)
class Agreement:
    """An agreement as it is to be kept: its name, partner, dates, exclusivity, and where it is kept."""

    name: str
    partner: Partner
    valid: DateSpan
    is_exclusive: bool
    evidence: str


def add_agreement(wish: Agreement, by: Staff, now: datetime, *, corrects: bool = False) -> bool:
    """Keep an agreement and return whether that said anything new.

    A name stands for one agreement; saying it otherwise is a correction and must be called one, so
    that a renewal does not take the days of the agreement before it. Raises RefusedError.
    """
    require(by, Tool.ELIGIBILITY, Right.ADD)
    _require_texts(wish)
    with transaction.atomic():
        last = _last(by.school, wish.name)
        if last is not None and _says_the_same(last, wish):
            return False
        if last is not None and not last.is_withdrawn and not corrects:
            until = last.until or "further notice"
            msg = f"an agreement {wish.name!r} stands from {last.since} until {until}; "
            msg += "name a renewal otherwise, or say --correct"
            raise RefusedError(msg)
        ProgrammeAgreement.objects.create(
            school=by.school,
            name=wish.name,
            partner=wish.partner.value,
            is_exclusive=wish.is_exclusive,
            since=wish.valid.since,
            until=wish.valid.until,
            evidence=wish.evidence,
            by=by.number,
            at=now,
        )
        years_in_step.rebuild_all(by.school)
        _note("add-agreement", wish.name, last, f"{wish.partner} from {wish.valid.since}", by, now)
    return True


def withdraw_agreement(name: str, reason: str, by: Staff, now: datetime) -> None:
    """Say that an agreement does not stand, nor ever did; raises RefusedError."""
    require(by, Tool.ELIGIBILITY, Right.ADD)
    kept = rights.reason(reason, "withdrawing an agreement")
    with transaction.atomic():
        last = _last(by.school, name)
        if last is None or last.is_withdrawn:
            msg = f"no agreement {name!r} stands; rollbook-central agreement list names them"
            raise RefusedError(msg)
        ProgrammeAgreement.objects.create(
            school=by.school,
            name=name,
            partner=last.partner,
            is_exclusive=last.is_exclusive,
            since=last.since,
            until=last.until,
            is_withdrawn=True,
            evidence=kept,
            by=by.number,
            at=now,
        )
        years_in_step.rebuild_all(by.school)
        _note("withdraw-agreement", name, last, kept, by, now)


def agreements(school: School) -> list[ProgrammeAgreement]:
    """Return the agreements that stand, by name."""
    return standing_agreements(school.pk)


def _last(school: School, name: str) -> ProgrammeAgreement | None:
    return ProgrammeAgreement.objects.filter(school=school, name=name).order_by("-pk").first()


def _says_the_same(row: ProgrammeAgreement, wish: Agreement) -> bool:
    said = (row.partner, row.is_exclusive, row.since, row.until, row.evidence, row.is_withdrawn)
    valid = wish.valid
    return said == (
        wish.partner.value,
        wish.is_exclusive,
        valid.since,
        valid.until,
        wish.evidence,
        False,
    )


def _require_texts(wish: Agreement) -> None:
    for text, longest, what in (
        (wish.name, _LONGEST_NAME, "name"),
        (wish.evidence, _LONGEST_EVIDENCE, "evidence"),
    ):
        if not text.strip() or len(text) > longest:
            msg = f"the {what} of an agreement has 1 to {longest} characters, not {len(text.strip())}"
            raise CentralError(msg)


def _note(
    verb: str, name: str, before: ProgrammeAgreement | None, after: str, by: Staff, now: datetime
) -> None:
    stood = before and f"{before.partner} {before.since} to {before.until}, withdrawn {before.is_withdrawn}"
    AuditEvent.objects.create(
        at=now, by=by.number, verb=verb, subject=name, detail={"before": stood, "after": after}
    )
