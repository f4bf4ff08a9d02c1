"""The small school with one certified class, and its PowerSchool, as tests of deliveries hold them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

from central.exchange.powerschool.session import Written
from central.store.models import AttendanceRecord, Delivery
from central.work.certify import Signature, certify_session
from central.work.changes import Action, Change
from central.work.deliver import deliver
from central.work.delivery_wish import Courier, Delivered, Wish
from tests.fakes import school as schools
from tests.fakes.school import MONDAY, SmallSchool, at
from tests.fakes.written_once import written_once
from tests.powerschool import mirrored
from tests.powerschool.server import Pretended

AFTER_CLASS, EVENING = at(MONDAY, "10:05"), at(MONDAY, "18:00")
Stage = AttendanceRecord.Stage
ALL_CONFIRMED = {"Ana": Stage.CONFIRMED, "Ben": Stage.CONFIRMED, "Chloe": Stage.CONFIRMED}
AS_CERTIFIED = {"Ana": ["P"], "Ben": ["P"], "Chloe": ["A"]}


class Bench:
    """The small school with one certified class, and its PowerSchool."""

    def __init__(self, sis: Pretended, folder: Path) -> None:
        self.sis, self.folder = sis, folder
        self.now = EVENING
        self.said: dict[str, object] = {}
        self.small: SmallSchool
        self.by = "teacher"
        self.while_under_way: Callable[[], None] | None = None

    def run(
        self,
        *,
        later: timedelta = timedelta(minutes=10),
        days: tuple[date, date] = (MONDAY, MONDAY),
        again: bool = False,
        looks: bool = False,
        reads: bool = False,
    ) -> Delivered:
        """Deliver the Monday, or other days, some minutes after the last time."""
        self.now += later
        wish = Wish(*days, again=again, sends=not (looks or reads), writes=not looks)
        config = mirrored.config(self.sis.url, self.folder, **self.said)
        client = mirrored.client(config)
        if self.while_under_way:
            client.write = self._interrupted(client.write)  # type: ignore[method-assign]  # meanwhile
        courier = Courier(client, config, self.small.staff[self.by], self.clock)
        try:
            return deliver(wish, courier, self.folder)
        finally:
            client.close()

    def _interrupted(self, write: Callable[..., Written]) -> Callable[..., Written]:
        def interrupted(*args: object) -> Written:
            happens, self.while_under_way = self.while_under_way, None
            if happens:
                happens()
            return write(*args)

        return interrupted

    def clock(self) -> datetime:
        return self.now

    def correct(self, *changes: Change) -> None:
        """Let the teacher sign again, later on the same day."""
        self.now += timedelta(minutes=10)
        certify_session(
            self.small.algebra, MONDAY, Signature(self.small.teacher, self.now, reason="looked"), changes
        )

    def stages(self) -> dict[str, str]:
        return dict(AttendanceRecord.objects.values_list("student__given_name", "stage"))

    def there(self) -> dict[str, list[str]]:
        """Return the codes that stand there, by student."""
        names = {student.number: student.given_name for student in self.small.students.values()}
        tables = self.sis.tables
        found = {
            name: [tables.code_of(row) for row in tables.rows_of(number)] for number, name in names.items()
        }
        return {name: codes for name, codes in found.items() if codes}

    def key_of(self, name: str) -> int:
        """Return the key of a student's only row there."""
        (row,) = self.sis.tables.rows_of(self.number_of(name))
        return row.dcid

    def number_of(self, name: str) -> str:
        return {student.given_name: student.number for student in self.small.students.values()}[name]


@contextmanager
def certified_class(folder: Path) -> Iterator[Bench]:
    """Build it: Ana and Ben present, Chloe absent, signed for by the teacher."""
    small = _certified()
    with mirrored.mirrored() as sis:
        made = Bench(sis, folder)
        made.small = small
        yield made


@written_once
def _certified() -> SmallSchool:
    small = schools.build()
    changes = [
        Change(small.ana.pk, Action.ADD, "no card today"),
        Change(small.ben.pk, Action.ADD, "no card today"),
        Change(small.chloe.pk, Action.ABSENT),
    ]
    certify_session(small.algebra, MONDAY, Signature(small.teacher, AFTER_CLASS), changes)
    return small


def of(name: str) -> Delivery:
    """Return the last delivery of a student's record."""
    return Delivery.objects.filter(record__student__given_name=name).latest("pk")
