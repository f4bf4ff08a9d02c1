"""A delivery that dies between any two of its steps: the next one sends nothing twice and loses nothing."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from central.store.models import AttendanceRecord
from central.work import delivery_ledger
from central.work.deliver import deliver
from central.work.delivery_wish import Courier, Wish
from tests.powerschool import full_school, mirrored
from tests.powerschool.faults import Fault, Faults
from tests.powerschool.full_school import FullSchool
from tests.powerschool.server import Pretended

pytestmark = pytest.mark.django_db
Stage = AttendanceRecord.Stage
POINTS = 10
T = TypeVar("T")


class KilledError(BaseException):
    """The process ends here."""


class Life:
    """Dies before or after the step that comes up as number `ends_at`; 0 lives on."""

    def __init__(self, ends_at: int) -> None:
        self.ends_at, self.steps = ends_at, 0

    def step(self) -> None:
        self.steps += 1
        if self.steps == self.ends_at:
            raise KilledError

    def around(self, act: Callable[..., T]) -> Callable[..., T]:
        """Return the act with a place to die before and after it."""

        def lived(*args: object, **named: object) -> T:
            self.step()
            done = act(*args, **named)
            self.step()
            return done

        return lived


def run(full: FullSchool, sis: Pretended, folder: Path, on: date, life: Life, now: datetime) -> None:
    """Deliver one day, as far as life lasts."""
    config = mirrored.config(sis.url, folder)
    client = mirrored.client(config)
    client.write = life.around(client.write)  # type: ignore[method-assign]  # dies on either side of it
    courier = Courier(client, config, full.teacher, lambda: now)
    try:
        deliver(Wish(on, on), courier, folder)
    finally:
        client.close()


def test_a_run_may_die_between_any_two_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = full_school.build(1, POINTS + 1)
    real = {name: getattr(delivery_ledger, name) for name in ("begin", "answered", "settle")}
    deaths = 0
    with mirrored.mirrored() as sis:
        for number, on in enumerate(full.days, start=1):
            life = Life(number)
            with monkeypatch.context() as patched:
                for name, act in real.items():
                    patched.setattr(delivery_ledger, name, life.around(act))
                try:
                    run(full, sis, tmp_path, on, life, full.signed_at)
                except KilledError:
                    deaths += 1
            run(full, sis, tmp_path, on, Life(0), full.signed_at + timedelta(minutes=10))
            stages = set(AttendanceRecord.objects.filter(on=on).values_list("stage", flat=True))
            assert stages == {Stage.CONFIRMED}, f"after dying at step {number}"
            assert sis.tables.duplicates() == 0, f"after dying at step {number}"
        assert len(sis.tables.attendance) == AttendanceRecord.objects.count() == 2 * (POINTS + 1)
    # A whole run has so many places to die; the last life went on to its end.
    assert deaths == POINTS


def test_what_was_under_way_when_the_run_died_is_not_sent_beside_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = full_school.build(1, 1)
    on = full.days[0]
    with mirrored.mirrored(Faults(planned=[Fault.LATE])) as sis:
        with monkeypatch.context() as patched:
            # It dies with the request on its way, before anything could be noted of the answer.
            patched.setattr(delivery_ledger, "answered", Life(1).around(lambda *_: None))
            with pytest.raises(KilledError):
                run(full, sis, tmp_path, on, Life(0), full.signed_at)
        run(full, sis, tmp_path, on, Life(0), full.signed_at + timedelta(minutes=1))
        assert sis.writes() == 1
        sis.let_late_ones_arrive()
        run(full, sis, tmp_path, on, Life(0), full.signed_at + timedelta(minutes=10))
        assert sis.tables.duplicates() == 0
        assert set(AttendanceRecord.objects.values_list("stage", flat=True)) == {Stage.CONFIRMED}
