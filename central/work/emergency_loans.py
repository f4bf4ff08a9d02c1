"""Published: hotspots lent for an emergency, and what the WIOA partners were told and answered."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from central.errors import InputError, RefusedError
from central.store.models import (
    Emergency,
    HotspotLoan,
    HotspotReturn,
    PartnerAnswer,
    PartnerChange,
    Student,
)
from central.work.emergencies import require_open
from central.work.local_days import local_date
from central.work.recovery_act import Act
from central.work.study_keeping import NOTHING
from central.work.tool_rights import Right

_MOST_DEVICE, _MOST_NAME, _MOST_WHAT, _MOST = 40, 100, 500, 255


@dataclass(frozen=True, slots=True)
class Told:
    """What changes for a partner, when the partner was told, and where that message is kept."""

    partner: str
    what: str
    on: date
    evidence: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What the authority answered, when and who, and where that is kept."""

    is_approved: bool
    on: date
    who: str
    evidence: str


def lend(emergency: Emergency, student: Student, device: str, on: date, act: Act) -> HotspotLoan:
    """Keep that a hotspot was lent to a student; one device is with one student at a time."""
    require_open(emergency, act.by, Right.ADD)
    _require_come(on, act)
    kept = " ".join(device.split())
    if not kept or len(kept) > _MOST_DEVICE:
        msg = f"name the device by its number in {_MOST_DEVICE} letters"
        raise RefusedError(msg)
    if student.school_id != act.by.school_id:
        msg = f"employee {act.by.number} is of another school than that student"
        raise RefusedError(msg)
    with transaction.atomic():
        if any(loan.device == kept for loan in lent(emergency)):
            msg = f"device {kept} is lent already; note first that it came back"
            raise RefusedError(msg)
        return HotspotLoan.objects.create(
            emergency=emergency, student=student, device=kept, lent_on=on, by=act.by, at=act.at
        )


def give_back(loan: HotspotLoan, on: date, act: Act, *, is_back: bool) -> HotspotReturn:
    """Keep that a hotspot came back, or that it did not; the reason says in what state, or what happened."""
    require_open(loan.emergency, act.by, Right.ADD)
    _require_come(on, act)
    if on < loan.lent_on:
        msg = f"device {loan.device} was lent on {loan.lent_on}, after {on}"
        raise RefusedError(msg)
    says = act.because("taking a hotspot back")
    return HotspotReturn.objects.create(loan=loan, on=on, is_back=is_back, says=says, by=act.by, at=act.at)


def lent(emergency: Emergency) -> list[HotspotLoan]:
    """Return the hotspots that are still with somebody."""
    rows = HotspotLoan.objects.filter(emergency=emergency, returns=None)
    return list(rows.select_related("student").order_by("pk"))


def loan_of(emergency: Emergency, device: str) -> HotspotLoan:
    """Return the open loan of a device; raises RefusedError."""
    found = next((loan for loan in lent(emergency) if loan.device == device.strip()), None)
    if found is None:
        msg = f"device {device} is not lent for emergency {emergency.code}"
        raise RefusedError(msg)
    return found


def tell_partner(emergency: Emergency, told: Told, act: Act) -> PartnerChange:
    """Keep what a WIOA partner was told of a change in reporting; raises InputError with all faults."""
    require_open(emergency, act.by, Right.WRITE)
    partner, what, evidence = (" ".join(text.split()) for text in (told.partner, told.what, told.evidence))
    faults = [
        f"{name}: say it in {most} letters"
        for name, text, most in (
            ("partner", partner, _MOST_NAME),
            ("what", what, _MOST_WHAT),
            ("evidence", evidence, _MOST),
        )
        if not text or len(text) > most
    ]
    if faults:
        raise InputError(NOTHING, faults)
    _require_come(told.on, act)
    return PartnerChange.objects.create(
        emergency=emergency,
        partner=partner,
        what=what,
        told_on=told.on,
        evidence=evidence,
        by=act.by,
        at=act.at,
    )


def note_answer(change: PartnerChange, answer: Answered, act: Act) -> PartnerAnswer:
    """Keep what the authority answered; the last answer counts."""
    require_open(change.emergency, act.by, Right.WRITE)
    _require_come(answer.on, act)
    if answer.on < change.told_on:
        msg = f"the partner was told on {change.told_on}; an answer comes after that"
        raise RefusedError(msg)
    who, evidence = " ".join(answer.who.split()), " ".join(answer.evidence.split())
    if not who or len(who) > _MOST_NAME or not evidence or len(evidence) > _MOST:
        msg = "say who of the authority answered, and where the answer is kept"
        raise RefusedError(msg)
    return PartnerAnswer.objects.create(
        change=change,
        is_approved=answer.is_approved,
        on=answer.on,
        who=who,
        evidence=evidence,
        by=act.by,
        at=act.at,
    )


def change_of(emergency: Emergency, number: int) -> PartnerChange:
    """Return a partner's change by its number; raises RefusedError."""
    rows = PartnerChange.objects.filter(emergency=emergency, pk=number)
    found = rows.select_related("emergency__school_year").first()
    if found is None:
        msg = f"emergency {emergency.code} has no change {number} for a partner"
        raise RefusedError(msg)
    return found


def _require_come(on: date, act: Act) -> None:
    if on > local_date(act.by.school, act.at):
        msg = f"{on} has not come yet"
        raise RefusedError(msg)
