"""Published: the school's settings on taps as the rules ask for them, day by day."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache

from central.store.models import School
from central.work.policies import Policies
from central.work.policy import Policy


def tap_policy(school: School) -> Callable[[date], Policy]:
    """Return a function that tells which rules on taps hold on a day; the settings are read once."""
    settings = Policies.of(school)

    @cache
    def on_day(on: date) -> Policy:
        def minutes(name: str) -> timedelta:
            return timedelta(minutes=settings.value(name, on))

        return Policy(
            opens_before=minutes("opens_before_minutes"),
            tardy_after=minutes("tardy_after_minutes"),
            early_before=minutes("early_before_minutes"),
            leaves_within=minutes("leaves_within_minutes"),
        )

    return on_day
