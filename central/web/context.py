"""What every page shows: whose school this is, whether it is practice, who signed in, where they may go."""

from django.http import HttpRequest

from central.store.models import School
from central.web.access import staff_of, student_of
from central.web.menu import menu


def school(request: HttpRequest) -> dict[str, object]:
    """Give templates the school of this installation and who signed in."""
    staff = staff_of(request)
    here = request.resolver_match.url_name if request.resolver_match else ""
    return {
        "school": staff.school if staff else School.objects.first(),
        "staff": staff,
        "self_student": None if staff else student_of(request),
        "menu": menu(staff, here or "") if staff else None,
    }
