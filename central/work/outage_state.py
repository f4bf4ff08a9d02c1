"""Published: outages as they stand after every later word on them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.db.models import Q, QuerySet

from central.domain.adjudication import Span
from central.store.models import Outage, OutageStep, School

EVER: Final = datetime.max.replace(tzinfo=UTC)
"""When an outage ends that lasts."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An outage with what was said of it last."""

    outage: Outage
    since_at: datetime
    until_at: datetime | None
    """None while it lasts."""
    is_withdrawn: bool
    steps: tuple[OutageStep, ...]

    @property
    def span(self) -> Span:
        """From when to when it was; far ahead while it lasts."""
        return self.since_at, self.until_at or EVER


def outages_of(school: School) -> QuerySet[Outage]:
    """Return the outages that touch a school: its stations', its own and those of its district."""
    district = Q(scope=Outage.Scope.DISTRICT, school__lea_code=school.lea_code)
    return Outage.objects.filter(Q(school=school) | district)


def standing(outages: Iterable[Outage]) -> list[Standing]:
    """Return outages as they stand; fetch them with their steps beforehand."""
    return [stand(outage) for outage in outages]


def spans_of(school: School, stations: Collection[str]) -> list[Span]:
    """Return when outages, none of them withdrawn, touched some stations of a school."""
    rows = outages_of(school).filter(Q(station=None) | Q(station__in=stations)).prefetch_related("steps")
    return [each.span for each in standing(rows) if not each.is_withdrawn]


def stand(outage: Outage) -> Standing:
    """Return an outage as it stands."""
    steps = tuple(sorted(outage.steps.all(), key=lambda step: step.pk))
    last: Outage | OutageStep = steps[-1] if steps else outage
    is_withdrawn = bool(steps) and steps[-1].kind == OutageStep.Kind.WITHDRAWN
    return Standing(outage, last.since_at, last.until_at, is_withdrawn, steps)
