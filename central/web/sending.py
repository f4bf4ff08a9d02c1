"""What every form of these pages shares: carry it out or say why not, and read its dates."""

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from central.errors import CentralError
from central.web.dates import written_date

REFUSED = 409
"""The status of a page shown again because its form was refused."""


def send(request: HttpRequest, act: Callable[[], object], said: str) -> bool:
    """Carry out a form and say so; where it is refused, say why: nothing was written then."""
    try:
        act()
    except CentralError as error:
        messages.error(request, str(error))
        return False
    messages.success(request, said)
    return True


def date_of(form: QueryDict, name: str) -> date:
    """Return a date of a form; raises CentralError for none."""
    try:
        return written_date(form.get(name, ""))
    except ValueError as error:
        raise CentralError(_("Choose a date.")) from error


def number_of(form: QueryDict, name: str, most: int) -> int:
    """Return a whole number of a form from 0 to `most`; raises CentralError for anything else."""
    text = form.get(name, "").strip()
    if not text.isascii() or not text.isdigit() or len(text) > len(str(most)) or int(text) > most:
        said = _("Write a whole number from 0 to %(most)s.") % {"most": most}
        raise CentralError(said)
    return int(text)
