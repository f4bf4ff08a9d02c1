"""Taps of the small school's Monday, written as rows and judged, for tests that lay paper beside them."""

from central.store.models import Student, Tap
from central.work.resolve import resolve
from tests.fakes.school import MONDAY, SmallSchool, at

EVENING = at(MONDAY, "18:00")


def tap(small: SmallSchool, student: Student, clock: str) -> Tap:
    """Write a student's tap in Algebra's room, at a time that is proven, and judge nothing yet."""
    n = Tap.objects.count() + 1
    return Tap.objects.create(
        school=small.school,
        station=small.station_101,
        server_sequence=n,
        position=1,
        epoch=1,
        sequence=n,
        leaf=n.to_bytes(32),
        token=small.token(student),
        reader="nfc",
        earliest_at=at(MONDAY, clock),
        latest_at=at(MONDAY, clock),
        time_quality="T1",
        on=MONDAY,
    )


def shown(small: SmallSchool, student: Student, clock: str) -> Tap:
    """Write a student's tap and judge it."""
    row = tap(small, student, clock)
    resolve(EVENING)
    row.refresh_from_db()
    return row
