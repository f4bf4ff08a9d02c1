"""A large school's records are counted some times a day; what people bring, and other days, at once."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from central.register import counted, gathered
from central.register.evidence import bring
from central.register.register import Register, register
from central.register.standing import State
from central.register.table import rows
from central.store.models import AttendanceRecord, TeachingCredential
from tests.fakes import healthy_school
from tests.fakes.healthy_school import HealthySchool
from tests.fakes.school import at

pytestmark = pytest.mark.django_db

TODAY = date(2025, 6, 2)
NOW = at(TODAY, "18:00")
CREDENTIALS, DUTY = "item-certification", "duty-staff-training"


@pytest.fixture
def school(monkeypatch: pytest.MonkeyPatch) -> HealthySchool:
    found = healthy_school.build()
    monkeypatch.setattr(counted, "COUNTED_LIVE", AttendanceRecord.objects.count() - 1)
    return found


def looked_at(
    school: HealthySchool, folder: Path, now: datetime = NOW, as_of: date = TODAY
) -> tuple[State, datetime | None]:
    found, counted_at = counted.newest(folder, school.small.school, as_of, now)
    return state_of(found, CREDENTIALS), counted_at


def state_of(found: Register, key: str) -> State:
    return next(each.answer.state for each in found.rows if each.row.key == key)


def withdraw_credentials() -> None:
    TeachingCredential.objects.update(until=date(2024, 7, 2))


def test_a_large_school_is_shown_as_it_was_last_counted(school: HealthySchool, tmp_path: Path) -> None:
    assert counted.count(tmp_path, school.small.school, NOW)
    withdraw_credentials()
    assert looked_at(school, tmp_path, NOW + timedelta(hours=1)) == (State.MET, NOW)
    assert counted.count(tmp_path, school.small.school, NOW + timedelta(hours=2))
    assert looked_at(school, tmp_path, NOW + timedelta(hours=2)) == (
        State.BROKEN,
        NOW + timedelta(hours=2),
    )


def test_all_rows_are_those_that_are_counted_at_once(school: HealthySchool, tmp_path: Path) -> None:
    counted.count(tmp_path, school.small.school, NOW)
    small = school.small
    small.year.refresh_from_db()
    at_once = register(small.school, TODAY, small.year)
    assert counted.newest(tmp_path, small.school, TODAY, NOW) == (at_once, NOW)
    assert {each.answer.state for each in at_once.rows} > {State.MET, State.NEEDS_EVIDENCE}


def test_what_people_bring_is_shown_at_once(school: HealthySchool, tmp_path: Path) -> None:
    counted.count(tmp_path, school.small.school, NOW)
    leader = school.small.staff["leader"]
    bring(rows()[DUTY], leader, NOW, says="all came", document="", valid=(TODAY, None))
    found, counted_at = counted.newest(tmp_path, school.small.school, TODAY, NOW)
    assert (state_of(found, DUTY), counted_at) == (State.MET, NOW)


def test_an_earlier_day_is_counted_at_once(school: HealthySchool, tmp_path: Path) -> None:
    counted.count(tmp_path, school.small.school, NOW)
    withdraw_credentials()
    yesterday = TODAY - timedelta(days=1)
    assert looked_at(school, tmp_path, as_of=yesterday) == (State.BROKEN, None)


def test_a_count_nobody_renews_is_not_shown_for_ever(school: HealthySchool, tmp_path: Path) -> None:
    morning = at(TODAY, "00:10")
    counted.count(tmp_path, school.small.school, morning)
    withdraw_credentials()
    still, over = timedelta(hours=11, minutes=59), timedelta(hours=12)
    assert looked_at(school, tmp_path, morning + still) == (State.MET, morning)
    assert looked_at(school, tmp_path, morning + over) == (State.BROKEN, None)


def test_a_school_of_ordinary_size_is_counted_when_somebody_asks(
    school: HealthySchool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted.count(tmp_path, school.small.school, NOW)
    monkeypatch.setattr(counted, "COUNTED_LIVE", AttendanceRecord.objects.count())
    withdraw_credentials()
    assert looked_at(school, tmp_path) == (State.BROKEN, None)
    assert not counted.count(tmp_path, school.small.school, NOW)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"[]",
        b"{}",
        b'{"year": "2024-25", "at": "soon", "answers": {}}',
        b'{"answers": {"few_tracks": 1}}',
    ],
)
def test_a_file_that_says_nothing_is_left_aside(school: HealthySchool, tmp_path: Path, said: bytes) -> None:
    counted.count(tmp_path, school.small.school, NOW)
    (file,) = tmp_path.iterdir()
    assert looked_at(school, tmp_path) == (State.MET, NOW)
    file.write_bytes(said)
    assert looked_at(school, tmp_path) == (State.MET, None)


def test_before_anything_is_known_of_a_year_nothing_is_counted(school: HealthySchool, tmp_path: Path) -> None:
    counted.count(tmp_path, school.small.school, NOW)
    summer = at(date(2025, 7, 20), "12:00")
    assert not counted.count(tmp_path, school.small.school, summer)
    assert list(tmp_path.iterdir()) == []
    found, counted_at = counted.newest(tmp_path, school.small.school, date(2025, 7, 20), summer)
    assert (found.year, counted_at) == ("", None)


def test_a_year_is_the_same_in_however_many_parts_it_is_gathered(
    school: HealthySchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = school.small
    small.year.refresh_from_db()
    withdraw_credentials()
    whole = register(small.school, TODAY, small.year)
    monkeypatch.setattr(gathered, "AT_ONCE", 5)
    assert register(small.school, TODAY, small.year) == whole
