"""The forms of a recovery session: when, where, with whom; and the minutes typed beside each student."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time

from django.forms import ChoiceField, Form, MultipleChoiceField, TimeField, TimeInput
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from central.errors import CentralError
from central.store.models import RecoverySession, Room, School, Staff, Student
from central.web import panels
from central.work.recovery_attendance import Minutes
from central.work.recovery_session_faults import SessionEdit, SessionWish

_LONGEST_CODE = 40
_MOST_DIGITS = 4


def _clock(label: panels.Label) -> TimeField:
    ways = ["%H:%M", "%I:%M %p", "%H:%M:%S"]
    return TimeField(
        label=label, widget=TimeInput(format="%H:%M", attrs={"type": "time"}), input_formats=ways
    )


class SessionForm(Form):
    """One session; of one that is held already neither number nor date."""

    session = panels.line(gettext_lazy("Session number"), most=_LONGEST_CODE)
    on = panels.day(gettext_lazy("Date"), is_needed=True)
    starts = _clock(gettext_lazy("From"))
    ends = _clock(gettext_lazy("To"))
    teachers = MultipleChoiceField(
        label=gettext_lazy("Teachers"),
        help_text=gettext_lazy("Employees with a credential; hold Ctrl to choose more than one."),
    )
    room = ChoiceField(label=gettext_lazy("Room"), required=False)
    standards = panels.line(gettext_lazy("Lesson and standards taught"), is_needed=False)
    reason = panels.line(gettext_lazy("Reason for the change or deletion"))

    def offer(self, school: School) -> None:
        """Offer the school's teachers and rooms."""
        people = Staff.objects.filter(school=school, role=Staff.Role.TEACHER)
        named = [(one.number, f"{one} ({one.number})") for one in people.order_by("family_name", "number")]
        rooms = Room.objects.filter(school=school).order_by("name").values_list("name", flat=True)
        for name, choices in (("teachers", named), ("room", [("", "-"), *((one, one) for one in rooms)])):
            field = self.fields[name]
            if isinstance(field, ChoiceField):
                field.choices = choices

    @property
    def people(self) -> tuple[Staff, ...]:
        """Return the teachers chosen."""
        return tuple(Staff.objects.filter(number__in=self.cleaned_data["teachers"]).order_by("number"))

    def wish(self) -> SessionWish:
        """Return what a new session is to be."""
        said = self.cleaned_data
        starts, ends = self.hours
        on = panels.date_of(self, "on") or date.min
        code, room = panels.text_of(self, "session"), panels.text_of(self, "room")
        return SessionWish(code, on, starts, ends, self.people, room, str(said["standards"]))

    def edit(self) -> SessionEdit:
        """Return what a session is to become."""
        starts, ends = self.hours
        room, standards = panels.text_of(self, "room"), panels.text_of(self, "standards")
        return SessionEdit(starts, ends, self.people, room, standards)

    @property
    def hours(self) -> tuple[time, time]:
        """Return from when to when."""
        return self.cleaned_data["starts"], self.cleaned_data["ends"]


def new_session(school: School, data: QueryDict | None = None) -> SessionForm:
    """Return the form of a session that is to be added."""
    form = SessionForm(data)
    form.offer(school)
    del form.fields["reason"]
    return form


def held_session(row: RecoverySession, data: QueryDict | None = None) -> SessionForm:
    """Return the form of a session as it is."""
    said = {
        "starts": row.starts,
        "ends": row.ends,
        "room": row.room.name if row.room else "",
        "standards": row.standards,
        "teachers": list(row.teachers.values_list("staff__number", flat=True)),
    }
    form = SessionForm(data, initial=said)
    form.offer(row.school)
    del form.fields["session"], form.fields["on"]
    return form


def minutes_in(school: School, sent: Mapping[str, str]) -> Iterator[Minutes]:
    """Yield the minutes a form says: fields `minutes-<student>`, and one student more by number.

    Raises CentralError for what is no number of minutes, and for a number nobody has.
    """
    typed = {
        name.partition("-")[2]: text.strip() for name, text in sent.items() if name.startswith("minutes-")
    }
    people = _people(school, typed)
    for key, text in typed.items():
        if text and key.isdecimal() and int(key) in people:
            yield Minutes(people[int(key)], _count(text))
    more = sent.get("more-number", "").strip()
    if more:
        student = Student.objects.filter(school=school, number=more).first()
        if student is None:
            raise CentralError(_("There is no student of this number; leading zeros count."))
        yield Minutes(student, _count(sent.get("more-minutes", "").strip()))


def _people(school: School, keys: Iterable[str]) -> dict[int, Student]:
    wanted = [int(key) for key in keys if key.isdecimal()]
    return Student.objects.filter(school=school).in_bulk(wanted)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise CentralError(_("Write minutes as a whole number, like 60; nothing was written."))
    return int(text)
