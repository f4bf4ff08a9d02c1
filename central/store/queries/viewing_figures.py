"""Published: how often records that name students were looked at, by role and by page."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from central.store.models import School, Staff, Viewing


@dataclass(frozen=True, slots=True)
class Looks:
    """How often somebody looked, and how many people did."""

    looks: int
    people: int


def looks_by_role(school: School, since: datetime, before: datetime) -> dict[str, Looks]:
    """Return the looks of staff between two instants by role; roles that never looked are left out."""
    return _looks(school, since, before, "by__role")


def looks_by_page(school: School, since: datetime, before: datetime) -> dict[str, Looks]:
    """Return the looks of staff between two instants by the name of the page or the command."""
    return _looks(school, since, before, "page")


def people_by_role(school: School) -> dict[str, int]:
    """Return how many members of staff can sign in, by role."""
    rows = Staff.objects.filter(school=school, user__is_active=True).values_list("role")
    return dict(rows.annotate(count=Count("pk")).order_by("role"))


def _looks(school: School, since: datetime, before: datetime, column: str) -> dict[str, Looks]:
    rows = Viewing.objects.filter(by__school=school, at__gte=since, at__lt=before).values_list(column)
    counted = rows.annotate(looks=Count("pk"), people=Count("by", distinct=True)).order_by(column)
    return {name: Looks(looks, people) for name, looks, people in counted}
