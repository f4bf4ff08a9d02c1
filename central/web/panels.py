"""Forms in a panel: dates as the school writes them, kept as typed, each fault beside its field."""

import re
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Final, TypeAlias

from django.forms import CharField, DateField, DateInput, Form, Textarea
from django.utils.translation import gettext_lazy as _

from central.errors import CentralError
from central.exchange.problem import ProblemsError
from central.work.recovery_faults import MOST_CHARS, FaultsError

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_WAYS: Final = ["%Y-%m-%d", "%m/%d/%Y"]
_CAPITAL: Final = re.compile(r"(?<!^)(?=[A-Z])")
Label: TypeAlias = "str | _StrPromise"
"""A text that is put into the reader's language when it is shown."""


def day(label: Label, *, is_needed: bool = False) -> DateField:
    """Return a field for a date, chosen or typed as month/day/year."""
    widget = DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return DateField(label=label, required=is_needed, widget=widget, input_formats=_WAYS)


def comment(label: Label) -> CharField:
    """Return a field for a remark of at most 255 characters; the verb says so of a longer one."""
    widget = Textarea(attrs={"rows": 3, "maxlength": MOST_CHARS})
    return CharField(label=label, required=False, widget=widget, help_text=_("Maximum 255 characters"))


def line(label: Label, *, is_needed: bool = True, most: int = MOST_CHARS) -> CharField:
    """Return a field for one line of text."""
    return CharField(label=label, required=is_needed, max_length=most)


def one_line(text: str) -> str:
    """Return a text without its line breaks."""
    return " ".join(text.split())


def tell(form: Form, error: CentralError) -> None:
    """Put what a verb refused into the form: each fault beside its field, the rest above all."""
    faults = list(_faults(error))
    for column, text in faults:
        name = field_of(column)
        form.add_error(name if name in form.fields else None, text)
    if not faults:
        form.add_error(None, str(error))


def _faults(error: CentralError) -> Iterator[tuple[str, str]]:
    if isinstance(error, FaultsError):
        yield from ((fault.field, fault.text) for fault in error.faults)
    elif isinstance(error, ProblemsError):
        yield from ((problem.column, problem.text) for problem in error.found)


def field_of(column: str) -> str:
    """Return the name of a form's field for the student information system's: startDate, start_date."""
    name = _CAPITAL.sub("_", column).lower()
    return _OTHERWISE.get(name, name)


_OTHERWISE: Final = {"comment": "comments", "is_calendar": "calendar"}


def date_of(form: Form, name: str) -> date | None:
    """Return the date typed into a field."""
    value = form.cleaned_data.get(name)
    return value if isinstance(value, date) else None


def text_of(form: Form, name: str) -> str:
    """Return the text typed into a field."""
    value = form.cleaned_data.get(name)
    return "" if value is None else str(value)
