"""Taps of one morning with proven times, as the projector leaves them."""

from datetime import date, timedelta

from central.store.models import Student, Tap
from tests.fakes.school import MONDAY, SmallSchool, at


class Morning:
    """Writes taps whose times are proven, as the projector leaves them."""

    def __init__(self, small: SmallSchool) -> None:
        self.small = small
        self.count = 0

    def tap(
        self,
        who: Student | bytes | None,
        clock: str,
        *,
        room: str = "101",
        on: date = MONDAY,
        width_s: float = 0.2,
        **flags: int,
    ) -> Tap:
        """Write one tap; `width_s` is how uncertain its time is."""
        self.count += 1
        token = self.small.token(who) if isinstance(who, Student) else who
        earliest = at(on, clock)
        return Tap.objects.create(
            school=self.small.school,
            station=self.small.station_101 if room == "101" else self.small.station_102,
            server_sequence=1,
            position=self.count,
            epoch=1,
            sequence=self.count,
            leaf=self.count.to_bytes(32, "big"),
            token=token,
            reader="nfc",
            flags=flags,
            earliest_at=earliest,
            latest_at=earliest + timedelta(seconds=width_s),
            time_quality="T1",
            on=on,
        )
