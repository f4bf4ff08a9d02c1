"""Published: withdraw an agreement for independent study that never stood; it stays on file."""

from django.db import transaction

from central.errors import RefusedError
from central.store.models import StudyAgreement
from central.work import years_in_step
from central.work.recovery_act import Act
from central.work.tool_rights import Right, Tool, require


def withdraw_agreement(student: str, code: str, act: Act) -> None:
    """Say that an agreement never stood, with the reason; none of its days count from now on.

    Taken in again with a reason it stands again. Raises RefusedError without right or reason, and
    for one that does not stand.
    """
    require(act.by, Tool.STUDY, Right.WRITE)
    act.because("withdrawing an agreement")
    with transaction.atomic():
        row = (
            StudyAgreement.objects.select_for_update()
            .filter(student__school=act.by.school, student__number=student, code=code, is_withdrawn=False)
            .first()
        )
        if row is None:
            msg = f"the student has no agreement {code!r} that stands; study list names them"
            raise RefusedError(msg)
        row.is_withdrawn = True
        row.save(update_fields=["is_withdrawn"])
        stood: dict[str, str | bool] = {
            "code": code,
            "since": str(row.since),
            "until": str(row.until),
            "is_withdrawn": False,
        }
        subject = f"study agreement {row.pk}"
        act.note("study-withdraw", subject, stood, {**stood, "is_withdrawn": True})
        years_in_step.refresh_all(act.by.school, [row.student_id])
