"""Published: what a school chose for itself, each choice from a day on."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from central.store.models import SchoolPolicy


@dataclass(frozen=True, slots=True)
class Chosen:
    """A school's choices by name: values and the days they hold from, read once."""

    _by_name: Mapping[str, tuple[tuple[date, str], ...]] = field(default_factory=dict)

    def on(self, name: str, on: date) -> str | None:
        """Return the value in force on a day, None before the first choice."""
        found = None
        for since, value in self._by_name.get(name, ()):
            if since > on:
                break
            found = value
        return found

    def all_of(self, name: str) -> tuple[tuple[date, str], ...]:
        """Return what was chosen from which day on, the earliest day first; one value a day."""
        return self._by_name.get(name, ())


def chosen(school_id: int, name: str | None = None) -> Chosen:
    """Return the choices of a school, or those of one name; the last row of a name and date counts."""
    rows = SchoolPolicy.objects.filter(school=school_id).order_by("pk")
    if name is not None:
        rows = rows.filter(name=name)
    last: dict[str, dict[date, str]] = defaultdict(dict)
    for each, since, value in rows.values_list("name", "since", "value"):
        last[each][since] = value
    return Chosen({each: tuple(sorted(days.items())) for each, days in last.items()})
