"""Published: whatever stands against claiming a day, from every room that may hold one back."""

from collections.abc import Sequence
from datetime import date
from importlib import import_module
from importlib.util import find_spec

from central.domain.enrolment import EnrolledSpan
from central.domain.finding import Finding
from central.law.ada import Bar
from central.store.models import SchoolYear

_ROOMS = ("central.work.eligibility_bar", "central.work.study_bar")


def bar_of(year: SchoolYear) -> Bar:
    """Return what the eligibility of the student and the study of the day say, one after the other."""
    bars: list[Bar] = [
        module.bar_of(year)
        for room in _ROOMS
        if find_spec(room) and hasattr(module := import_module(room), "bar_of")
    ]

    def every(span: EnrolledSpan, on: date) -> Sequence[Finding]:
        return [found for bar in bars for found in bar(span, on)]

    return every
