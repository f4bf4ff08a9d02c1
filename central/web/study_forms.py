"""The panels of independent study: an agreement with its signatures, a day's work, and who is in it."""

from collections.abc import Mapping
from datetime import date

from django.forms import BooleanField, ChoiceField, Form, IntegerField
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from central.domain.enrolment import Modality
from central.domain.independent_study import Signer, StudyAgreement
from central.exchange.problem import Where
from central.exchange.study_csv import SIGNED, AgreementLine, WorkLine
from central.store.models import School, Staff
from central.store.models import StudyAgreement as AgreementRow
from central.web import panels
from central.work.study_enrollments import Turn

_WHERE = Where("this form")
_LONGEST_CODE = 40
_MOST_MINUTES = 24 * 60


class AgreementForm(Form):
    """One agreement; a signature is the date it was given on."""

    agreement = panels.line(_("Agreement"), most=_LONGEST_CODE)
    since = panels.day(_("Start Date"), is_needed=True)
    until = panels.day(_("End Date"), is_needed=True)
    evidence = panels.line(_("Where the signed document is kept"))
    missing = panels.line(_("Required elements it lacks"), is_needed=False)
    student_signed = panels.day(_("Student signed on"))
    parent_signed = panels.day(_("Parent signed on"))
    supervisor_signed = panels.day(_("Supervising employee signed on"))
    special_education_signed = panels.day(_("Special education signed on"))
    reason = panels.line(_("Reason, where something on file changes"), is_needed=False)

    def line(self, student: str) -> AgreementLine:
        """Return the agreement as a file would hand it in."""
        signed = {
            signer: on
            for signer, column in SIGNED.items()
            if (on := panels.date_of(self, panels.field_of(column)))
        }
        return AgreementLine(
            where=_WHERE,
            student=student,
            code=panels.text_of(self, "agreement"),
            since=panels.date_of(self, "since") or date.min,
            until=panels.date_of(self, "until") or date.min,
            evidence=panels.text_of(self, "evidence"),
            missing=panels.text_of(self, "missing"),
            signed=signed,
        )


class WorkForm(Form):
    """What one day's work was worth, as a certificated employee judged it."""

    date = panels.day(_("Date"), is_needed=True)
    work_minutes = IntegerField(
        label=_("Time value of the work, in minutes"), min_value=0, max_value=_MOST_MINUTES
    )
    synchronous_minutes = IntegerField(
        label=_("Synchronous minutes"), min_value=0, max_value=_MOST_MINUTES, initial=0
    )
    engaged = BooleanField(label=_("Engaged in an educational activity that very day"), required=False)
    evaluated_by = ChoiceField(label=_("Evaluated by"))
    evaluated_on = panels.day(_("Evaluated on"), is_needed=True)
    due = panels.day(_("Last day of the assignment period"), is_needed=True)
    handed_in = panels.day(_("Handed in on"), is_needed=True)
    evidence = panels.line(_("Where the work sample is kept"), is_needed=False)

    def line(self, student: str) -> WorkLine:
        """Return the day's work as a file would hand it in."""
        said = self.cleaned_data
        return WorkLine(
            where=_WHERE,
            student=student,
            on=said["date"],
            work_minutes=said["work_minutes"],
            synchronous_minutes=said["synchronous_minutes"],
            is_engaged=bool(said["engaged"]),
            evaluated_by=panels.text_of(self, "evaluated_by"),
            evaluated_on=said["evaluated_on"],
            due_on=said["due"],
            handed_in_on=said["handed_in"],
            evidence=panels.text_of(self, "evidence"),
        )


class TurnForm(Form):
    """From when to when a student is taught in which way."""

    since = panels.day(_("Start Date"), is_needed=True)
    until = panels.day(_("End Date"))
    how = ChoiceField(
        label=_("Taught by"),
        choices=[
            (Modality.INDEPENDENT_STUDY.value, _("Independent Study")),
            (Modality.CLASSROOM.value, _("Classroom")),
        ],
    )
    reason = panels.line(_("Reason"))

    def turn(self) -> Turn:
        """Return the time and the way."""
        since = panels.date_of(self, "since") or date.min
        return Turn(since, panels.date_of(self, "until"), Modality(panels.text_of(self, "how")))


def agreement_form(row: AgreementRow | None, known: StudyAgreement | None, data: QueryDict | None) -> Form:
    """Return the panel of an agreement as it is on file, or of a new one."""
    said: Mapping[str, object] = {}
    if row is not None:
        signed = dict(known.signed_on) if known else {}
        dates = {panels.field_of(SIGNED[signer]): signed.get(signer) for signer in Signer}
        said = {"agreement": row.code, "since": row.since, "until": row.until, "evidence": row.evidence}
        said = {**said, "missing": row.missing, **dates}
    form = AgreementForm(data, initial=dict(said))
    if row is None:
        del form.fields["reason"]
    else:
        form.fields["agreement"].disabled = True
    return form


def work_form(school: School, by: Staff, data: QueryDict | None) -> Form:
    """Return the panel of a day's work; the school's teachers evaluate."""
    form = WorkForm(data, initial={"evaluated_by": by.number, "synchronous_minutes": 0})
    people = Staff.objects.filter(school=school, role=Staff.Role.TEACHER).order_by("family_name", "number")
    field = form.fields["evaluated_by"]
    if isinstance(field, ChoiceField):
        field.choices = [("", ""), *((one.number, f"{one} ({one.number})") for one in people)]
    return form
