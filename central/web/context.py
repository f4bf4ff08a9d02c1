"""What every page shows: whose school this is, and whether it is a practice school."""

from django.http import HttpRequest

from central.store.models import School


def school(request: HttpRequest) -> dict[str, object]:
    """Give templates the school of this installation."""
    del request
    return {"school": School.objects.first()}
