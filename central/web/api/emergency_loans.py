"""What is lent while school is closed, and what WIOA partners are told: hotspots and changes."""

from datetime import date
from typing import Annotated, Final

from ninja import Schema
from ninja.responses import Status
from pydantic import Field

from central.store.models import HotspotLoan, PartnerChange
from central.web import clock
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.emergencies import fresh, one
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, Code, Day, Form, Offset, Words, number_of
from central.work import emergency_loans, viewings
from central.work.emergency_loans import Answered, Told
from central.work.tool_rights import Right, Tool

PAGES = ("emergency-learning",)


class KnownLoan(Schema):
    """A hotspot lent to a student; `is_back` is empty while it is out, false where it is lost."""

    device: str
    student: str
    lent_on: date
    is_back: bool | None
    back_on: date | None


class KnownPartnerChange(Schema):
    """A change told to a WIOA partner, and what the authority answered."""

    id: str
    partner: str
    what: str
    told_on: date
    evidence: str
    is_approved: bool | None
    answered_on: date | None


class LentAndTold(Schema):
    """Some of the hotspots and changes of an emergency, and how many of each there are."""

    hotspots: int
    changes: int
    loans: list[KnownLoan]
    told: list[KnownPartnerChange]


class HotspotLent(Form):
    """Which device is lent to whom, and when."""

    student: Code
    device: Annotated[Code, Field(max_length=40)]
    on: Day


class HotspotBack(Form):
    """That a device came back on a day, or is lost."""

    device: Annotated[Code, Field(max_length=40)]
    on: Day
    is_back: bool
    reason: Words


class PartnerTold(Form):
    """What was told to a partner on a day, and where the message is kept."""

    partner: Annotated[Words, Field(max_length=100)]
    what: Words
    on: Day
    evidence: Words


class PartnerAnswered(Form):
    """What the authority answered to a change on a day, who did, and where that is kept."""

    change: Code
    is_approved: bool
    on: Day
    who: Annotated[Words, Field(max_length=100)]
    evidence: Words


def lent_and_told(request: Asked, year: Code, emergency: Code, offset: Offset = 0) -> LentAndTold:
    """List the hotspots lent and the changes told to partners, with what became of each."""
    row = one(request, year, emergency)
    loans = row.hotspots.select_related("student").prefetch_related("returns").order_by("pk")
    changes = row.partner_changes.prefetch_related("answers").order_by("pk")
    shown = loans[offset : offset + MOST]
    viewings.note_all(
        request.auth.staff, "api emergency learning", [each.student for each in shown], clock.now()
    )
    return LentAndTold(
        hotspots=loans.count(),
        changes=changes.count(),
        loans=[_loan(each) for each in shown],
        told=[_change(each) for each in changes[offset : offset + MOST]],
    )


def lend(request: Asked, year: Code, emergency: Code, form: HotspotLent) -> Status[KnownLoan]:
    """Lend a hotspot to a student."""
    row, student = fresh(request, year, emergency), found.student(request, form.student, "api hotspots")
    return Status(201, _loan(emergency_loans.lend(row, student, form.device, form.on, found.act(request))))


def give_back(request: Asked, year: Code, emergency: Code, form: HotspotBack) -> Status[KnownLoan]:
    """Say that a hotspot came back, or is lost."""
    loan = emergency_loans.loan_of(fresh(request, year, emergency), form.device)
    emergency_loans.give_back(loan, form.on, found.act(request, form.reason), is_back=form.is_back)
    return Status(201, _loan(HotspotLoan.objects.select_related("student").get(pk=loan.pk)))


def tell_partner(
    request: Asked, year: Code, emergency: Code, form: PartnerTold
) -> Status[KnownPartnerChange]:
    """Keep what was told to a WIOA partner."""
    told = Told(form.partner, form.what, form.on, form.evidence)
    row = fresh(request, year, emergency)
    return Status(201, _change(emergency_loans.tell_partner(row, told, found.act(request))))


def answer(request: Asked, year: Code, emergency: Code, form: PartnerAnswered) -> Status[KnownPartnerChange]:
    """Keep what the authority answered to a change."""
    change = emergency_loans.change_of(fresh(request, year, emergency), number_of(form.change))
    said = Answered(form.is_approved, form.on, form.who, form.evidence)
    emergency_loans.note_answer(change, said, found.act(request))
    return Status(201, _change(PartnerChange.objects.get(pk=change.pk)))


def _loan(row: HotspotLoan) -> KnownLoan:
    last = max(row.returns.all(), key=lambda each: each.pk, default=None)
    return KnownLoan(
        device=row.device,
        student=row.student.number,
        lent_on=row.lent_on,
        is_back=last.is_back if last else None,
        back_on=last.on if last else None,
    )


def _change(row: PartnerChange) -> KnownPartnerChange:
    last = max(row.answers.all(), key=lambda each: each.pk, default=None)
    return KnownPartnerChange(
        id=str(row.pk),
        partner=row.partner,
        what=row.what,
        told_on=row.told_on,
        evidence=row.evidence,
        is_approved=last.is_approved if last else None,
        answered_on=last.on if last else None,
    )


_ONE: Final = "/emergencies/{year}/{emergency}"
_ADD: Final = (Tool.EMERGENCIES, Right.ADD)
_WRITE: Final = (Tool.EMERGENCIES, Right.WRITE)
OPERATIONS = (
    Operation("lentAndTold", "GET", f"{_ONE}/loans", lent_and_told, LentAndTold, Tool.EMERGENCIES),
    Operation("lendHotspot", "POST", f"{_ONE}/loans", lend, KnownLoan, *_ADD),
    Operation("giveHotspotBack", "POST", f"{_ONE}/returns", give_back, KnownLoan, *_ADD),
    Operation("tellPartner", "POST", f"{_ONE}/partners", tell_partner, KnownPartnerChange, *_WRITE),
    Operation("partnerAnswer", "POST", f"{_ONE}/partner-answers", answer, KnownPartnerChange, *_WRITE),
)
