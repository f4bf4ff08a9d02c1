"""The forms about cards: what each asks for, read into the verb that carries it out."""

from datetime import date

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _

from central.errors import CentralError
from central.exchange.credentials_csv import token_of
from central.store import lookup
from central.store.models import Credential, Staff, Student
from central.store.queries.student_search import the_student
from central.web.dates import written_date
from central.work import credential_verbs, keys, learn_card
from central.work.credential_verbs import Act, Card, Done


def carried_out(form: QueryDict, act: Act) -> Done:
    """Carry a form out; raises CentralError with nothing written."""
    staff = act.by
    match form.get("verb", ""):
        case "learn":
            cards = learn_card.lately(staff.school, act.on)
            card = learn_card.the_one(cards, form.get("card") or "?")
            return learn_card.learn(student(staff, form), card, _day(form, "since"), act)
        case "lose":
            return credential_verbs.lose(_credential(staff, form), _day(form, "since") or act.on, act)
        case "replace":
            since = _day(form, "since") or act.on
            return credential_verbs.replace(_credential(staff, form), _typed(form), since, act)[1]
        case "return":
            return credential_verbs.give_back(_credential(staff, form), act)
        case "issue":
            since = _day(form, "since") or act.on
            return credential_verbs.issue(_typed(form), _holder(staff, form), since, act)
        case "lend":
            until = _day(form, "until") or act.on
            return credential_verbs.lend(_typed(form), _holder(staff, form), until, act)
        case _:
            raise CentralError(_("The form names an action that does not exist; reload the page."))


def student(staff: Staff, form: QueryDict) -> Student:
    """Return the one student a form means; raises CentralError."""
    found = the_student(Student.objects.filter(school=staff.school), form.get("student", ""))
    if found is None:
        raise CentralError(_("No student or more than one fits; type the student number, with its zeros."))
    return found


def _holder(staff: Staff, form: QueryDict) -> Student | Staff:
    employee = form.get("staff", "").strip()
    if employee and not form.get("student", "").strip():
        return lookup.staff(employee)
    return student(staff, form)


def _credential(staff: Staff, form: QueryDict) -> Credential:
    key = form.get("credential", "")
    rows = Credential.objects.filter(school=staff.school).select_related("student", "staff", "school")
    found = rows.filter(pk=int(key)).first() if key.isdecimal() else None
    if found is None:
        raise CentralError(_("This card is not in the records any more; reload the page."))
    return found


def _typed(form: QueryDict) -> Card:
    """Hash the number of a card at once; it is never sent back to the page."""
    kind = form.get("kind", "uid")
    return Card(kind, token_of(kind, form.get("value", ""), keys.school_key(settings.CONFIG.keys)))


def _day(form: QueryDict, name: str) -> date | None:
    text = form.get(name, "")
    try:
        return written_date(text) if text else None
    except ValueError as error:
        raise CentralError(_("This is no date; choose one.")) from error
