"""The panel of one Attendance Recovery service, its fields named as in the student information system."""

from collections.abc import Iterable
from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.forms import BooleanField, ChoiceField, Form, IntegerField
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from central.domain.recovery import ServiceKind
from central.store.models import RecoveryRecord, RecoveryService, School
from central.web import panels
from central.work.recovery_faults import Dates, ServiceWish


class ServiceForm(Form):
    """Attendance Recovery Service Detail, in the order of its screen."""

    start_date = panels.day(_("Start Date"), is_needed=True)
    end_date = panels.day(_("End Date"))
    associated_record = ChoiceField(label=_("Associated Attendance Recovery Record Dates"), required=False)
    service_type = ChoiceField(label=_("Attendance Recovery Type"), required=False)
    comments = panels.comment(_("Comments"))
    school_number = ChoiceField(label=_("Attendance Recovery School"))
    calendar = BooleanField(
        label=_("Calendar"),
        required=False,
        help_text=_("Marked: the ledger writes Days Used and Time Earned itself."),
    )
    days_used = IntegerField(label=_("Days Used"), required=False, help_text=_("Of type Used only"))
    time_earned = IntegerField(
        label=_("Time Earned"), required=False, help_text=_("In minutes; of type Earned only")
    )
    reason = panels.line(_("Reason for the change or deletion"))

    @classmethod
    def of(
        cls,
        service: RecoveryService | None,
        records: Iterable[RecoveryRecord],
        schools: Iterable[School],
        school: School,
        data: QueryDict | None,
    ) -> Self:
        """Return the panel of a service, or of a new one: its choices are the student's own records."""
        form = cls(data, initial=_said(service) if service else {"school_number": school.code})
        _offer(form, "associated_record", [("", ""), *((str(row.since), _dates(row)) for row in records)])
        _offer(form, "service_type", [(kind.value, _TYPES[kind]) for kind in ServiceKind])
        _offer(form, "school_number", [(one.code, f"{one.name} ({one.code[-7:]})") for one in schools])
        if service is None:
            # A new service says why it is there by itself.
            del form.fields["reason"]
        else:
            form.fields["associated_record"].disabled = form.fields["service_type"].disabled = True
        return form

    def clean_associated_record(self) -> str:
        """Refuse a service without its record: the ledger could not say what it belongs to."""
        return self._named("associated_record", _("A service needs its record; choose its dates."))

    def clean_service_type(self) -> str:
        """Refuse a service of no type."""
        return self._named("service_type", _("Choose Earned or Used."))

    def _named(self, field: str, otherwise: panels.Label) -> str:
        value = panels.text_of(self, field)
        if not value:
            raise ValidationError(otherwise)
        return value

    def close(self) -> None:
        """Let nobody change anything in it."""
        for field in self.fields.values():
            field.disabled = True

    def wish(self, kind: ServiceKind | None = None) -> ServiceWish:
        """Return what the service is to say, of the kind chosen where none is given."""
        said = self.cleaned_data
        return ServiceWish(
            kind=kind or ServiceKind(said["service_type"]),
            dates=Dates(panels.date_of(self, "start_date") or date.min, panels.date_of(self, "end_date")),
            school=panels.text_of(self, "school_number"),
            comments=panels.one_line(panels.text_of(self, "comments")),
            is_calendar=bool(said["calendar"]),
            days_used=said["days_used"],
            minutes_earned=said["time_earned"],
        )


_TYPES = {ServiceKind.EARNED: _("Earned"), ServiceKind.USED: _("Used")}


def _said(service: RecoveryService) -> dict[str, object]:
    return {
        "start_date": service.since,
        "end_date": service.until,
        "associated_record": str(service.record.since),
        "service_type": service.kind,
        "comments": service.comments,
        "school_number": service.school.code,
        "calendar": service.is_calendar,
        "days_used": service.days_used,
        "time_earned": service.minutes_earned,
    }


def _offer(form: Form, name: str, choices: list[tuple[str, object]]) -> None:
    field = form.fields[name]
    if isinstance(field, ChoiceField):
        field.choices = choices


def _dates(record: RecoveryRecord) -> str:
    until = f"{record.until:%m/%d/%Y}" if record.until else ""
    return f"{record.since:%m/%d/%Y} - {until}"
