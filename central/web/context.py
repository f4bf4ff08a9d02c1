"""What every page shows: whose school this is, whether it is practice, and who signed in."""

from django.http import HttpRequest

from central.store.models import School
from central.web.access import staff_of


def school(request: HttpRequest) -> dict[str, object]:
    """Give templates the school of this installation and the member of staff."""
    return {"school": School.objects.first(), "staff": staff_of(request)}
