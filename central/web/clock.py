"""The clock of the pages: the real one, or the practice clock the configuration names."""

from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from django.conf import settings

from central.config import CentralConfig
from central.store.models import School
from central.work.local_days import local_date
from station.clock import PracticeClock, SystemClock


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    practice = _practice()
    return practice.now() if practice else datetime.now(UTC)


def real_now() -> datetime:
    """Return the machine's own time even in a rehearsal, for what concerns people at a keyboard."""
    return datetime.now(UTC)


def today(school: School) -> date:
    """Return the date it is at the school."""
    return local_date(school, now())


@cache
def _practice() -> PracticeClock | None:
    """Open the practice clock once; it follows its file by itself."""
    config: CentralConfig = settings.CONFIG
    return PracticeClock(Path(config.practice.clock), SystemClock(boot=1)) if config.practice else None
