"""Keep the agreements of independent study, who signed them when, and its staffing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import transaction

from central.domain.independent_study import Signer
from central.exchange import study_csv
from central.exchange.named_file import NamedFile
from central.exchange.problem import Problem, Where, refuse
from central.exchange.study_csv import AgreementLine
from central.store.models import (
    SchoolYear,
    Student,
    StudyAgreement,
    StudySignature,
    StudyStaffing,
)
from central.work import years_in_step
from central.work.imported import remember
from central.work.local_days import local_date
from central.work.recovery_act import Act, Members
from central.work.study_keeping import NOTHING, Say, into, require_keeper

_OTHERWISE: Final = "is on record otherwise; say why it changes with --reason"


@dataclass(frozen=True, slots=True)
class Signature:
    """One party's signature under one agreement."""

    student: str
    code: str
    signer: Signer
    on: date


def import_agreements(file: NamedFile, act: Act) -> dict[str, int]:
    """Take a file of agreements in and return what changed, by noun.

    One already on record changes only with a reason; what stood there before goes into the audit.
    Raises InputError with every problem found; nothing is written then.
    """
    problems: list[Problem] = []
    lines = study_csv.read_agreements(file.name, file.data, problems)
    return _kept(lines, file, act, problems)


def add_agreement(line: AgreementLine, act: Act) -> dict[str, int]:
    """Take one agreement in as `import_agreements` does a file."""
    faults = study_csv.faults(line)
    room = (("code", line.code, 40), ("evidence", line.evidence, 255), ("missing", line.missing, 255))
    faults += [f"the {what} may have {most} characters" for what, text, most in room if len(text) > most]
    faults += [f"name the {what}" for what, text, _ in room[:2] if not text.strip()]
    return _kept([line], None, act, [Problem(line.where, text) for text in faults])


def sign(signature: Signature, act: Act) -> dict[str, int]:
    """Add a signature; a date already on record changes only with a reason, by a row of its own.

    Raises InputError for an unknown agreement and a day that has not come.
    """
    require_keeper(act.by)
    changes: Counter[str] = Counter()
    problems: list[Problem] = []
    where = Where(f"agreement {signature.code}")
    with transaction.atomic():
        agreement = StudyAgreement.objects.filter(
            student__school=act.by.school, student__number=signature.student, code=signature.code
        ).first()
        if agreement is None:
            problems.append(Problem(where, "the student has no agreement of this code"))
        else:
            signed, say = {signature.signer: signature.on}, into(where, problems)
            _require_past(signed, act, say)
            _sign(agreement, signed, act, changes, say)
        refuse(NOTHING, problems)
        if agreement is not None:
            years_in_step.refresh_all(act.by.school, [agreement.student_id])
        return remember("study-signature", (), changes, act.at, act.by.number)


def set_staffing(year: SchoolYear, fte_hundredths: int, ratio_hundredths: int | None, act: Act) -> None:
    """Write down the full-time equivalents of independent study, and the ratio of the alternative."""
    require_keeper(act.by)
    with transaction.atomic():
        before = StudyStaffing.objects.filter(school_year=year).order_by("pk").last()
        StudyStaffing.objects.create(
            school_year=year,
            study_fte_hundredths=fte_hundredths,
            other_ratio_hundredths=ratio_hundredths,
            by=act.by.number,
            at=act.at,
        )
        stood = _staffing(before.study_fte_hundredths, before.other_ratio_hundredths) if before else None
        act.note("study-staffing", year.name, stood, _staffing(fte_hundredths, ratio_hundredths))


def _kept(
    lines: Sequence[AgreementLine], file: NamedFile | None, act: Act, problems: list[Problem]
) -> dict[str, int]:
    require_keeper(act.by)
    changes: Counter[str] = Counter()
    with transaction.atomic():
        school = act.by.school
        students = dict(Student.objects.filter(school=school).values_list("number", "pk"))
        present = {
            (row.student_id, row.code): row for row in StudyAgreement.objects.filter(student__school=school)
        }
        is_sound = not problems
        for line in lines:
            say = into(line.where, problems)
            student = students.get(line.student)
            if student is None:
                say("no student has this number; leading zeros count", "student")
            _require_past(line.signed, act, say)
            # Lines that contradict themselves could not even be written to be taken back.
            if student is not None and is_sound:
                row = _agreement(student, present.get((student, line.code)), line, act, changes, say)
                _sign(row, line.signed, act, changes, say)
        refuse(NOTHING, problems)
        years_in_step.refresh_all(school, [students[line.student] for line in lines])
        return remember("study-agreements", (file,), changes, act.at, act.by.number)


def _agreement(
    student: int,
    row: StudyAgreement | None,
    line: AgreementLine,
    act: Act,
    changes: Counter[str],
    say: Say,
) -> StudyAgreement:
    """Bring one agreement to what a line says of it, and return it."""
    wanted = {
        "since": line.since,
        "until": line.until,
        "missing": line.missing,
        "evidence": line.evidence,
        "is_withdrawn": False,
    }
    if row is None:
        changes["agreements added"] += 1
        return StudyAgreement.objects.create(
            student_id=student, code=line.code, by=act.by.number, at=act.at, **wanted
        )
    before = {name: getattr(row, name) for name in wanted}
    if before == wanted:
        return row
    if not act.reason.strip():
        say(f"agreement {line.code} {_OTHERWISE}", "agreement")
        return row
    for name, value in wanted.items():
        setattr(row, name, value)
    row.save(update_fields=list(wanted))
    changes["agreements changed"] += 1
    act.note("study-agreement", f"study agreement {row.pk}", _plain(before), _plain(wanted))
    return row


def _require_past(signed: Mapping[Signer, date], act: Act, say: Say) -> None:
    latest = local_date(act.by.school, act.at)
    for signer, on in signed.items():
        if on > latest:
            say(f"{on} has not come yet; sign first", study_csv.SIGNED[signer])


def _sign(
    agreement: StudyAgreement, signed: Mapping[Signer, date], act: Act, changes: Counter[str], say: Say
) -> None:
    last = dict(
        StudySignature.objects.filter(agreement=agreement).order_by("pk").values_list("signer", "signed_on")
    )
    for signer, on in signed.items():
        before = last.get(signer.value)
        if before == on:
            continue
        if before and not act.reason.strip():
            say(f"the signature of {signer} {_OTHERWISE}", study_csv.SIGNED[signer])
        else:
            StudySignature.objects.create(
                agreement=agreement, signer=signer, signed_on=on, by=act.by.number, at=act.at
            )
            changes["signatures corrected" if before else "signatures added"] += 1
            act.note(
                "study-sign",
                f"study agreement {agreement.pk}",
                {signer.value: str(before) if before else None},
                {signer.value: str(on)},
            )


def _staffing(fte_hundredths: int, ratio_hundredths: int | None) -> Members:
    return {"full-time hundredths": fte_hundredths, "other ratio hundredths": ratio_hundredths}


def _plain(members: Mapping[str, object]) -> Members:
    return {name: str(value) for name, value in members.items()}
