"""What every page shows: whose school this is, whether it is practice, who signed in, where they may go."""

from django.http import HttpRequest

from central.store.models import School
from central.web.access import menu, staff_of


def school(request: HttpRequest) -> dict[str, object]:
    """Give templates the school of this installation and the member of staff."""
    staff = staff_of(request)
    return {"school": School.objects.first(), "staff": staff, "menu": menu(staff) if staff else set()}
