"""A release comes to a few stations first, goes on while they are well, and stops where one gave it up."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from central.errors import RefusedError
from central.store.models import AuditEvent, Rollout, StationHealth
from central.work import release_shelf, rollout
from central.work.rollout import Plan, wanted_releases
from tests.fakes.releases import BUILT_AT, Office
from tests.fakes.school import SmallSchool, build

pytestmark = pytest.mark.django_db
DAY = timedelta(hours=24)
PLAN = Plan("1.1.0", [["st-r101"], 100])


@pytest.fixture
def school() -> SmallSchool:
    return build()


def wanted(school: SmallSchool, now: datetime = BUILT_AT) -> list[str | None]:
    stations = [school.station_101, school.station_102]
    return [wanted_releases(stations, now)[station.code] for station in stations]


def tell(school: SmallSchool, at: datetime, **told: str) -> None:
    """Have the first station tell how it is, and the second as far as it is told of."""
    StationHealth.objects.update_or_create(
        station=school.station_101,
        defaults={"received_at": at, "server_sequence": 1, "boot": 1, "told": told},
    )


def begun(school: SmallSchool) -> Rollout:
    return rollout.begin(PLAN, ["1.0.0", "1.1.0"], school.staff["it"], "the summer's release", BUILT_AT)


def test_the_next_ring_opens_when_the_one_before_runs_it_long_enough(school: SmallSchool) -> None:
    assert wanted(school) == [None, None]
    begun(school)
    assert wanted(school) == ["1.1.0", None]
    late = BUILT_AT + DAY
    rollout.advance(school.school, late)
    assert wanted(school) == ["1.1.0", None], "nobody was heard of"
    tell(school, late, sw="1.0.0")
    rollout.advance(school.school, late)
    assert wanted(school) == ["1.1.0", None], "it does not run it yet"
    tell(school, late, sw="1.1.0")
    rollout.advance(school.school, late - timedelta(minutes=1))
    assert wanted(school) == ["1.1.0", None], "it was not watched for long enough"
    rollout.advance(school.school, late)
    assert wanted(school) == ["1.1.0", "1.1.0"]
    rollout.advance(school.school, late + DAY)
    assert Rollout.objects.get().state == Rollout.State.DONE
    assert wanted(school) == ["1.1.0", "1.1.0"]
    verbs = list(AuditEvent.objects.order_by("pk").values_list("verb", "by"))
    number = school.staff["it"].number
    assert verbs == [("begin-rollout", number), ("widen-rollout", "rollbook"), ("finish-rollout", "rollbook")]


def test_a_station_that_went_back_pauses_it_until_a_person_says_otherwise(school: SmallSchool) -> None:
    begun(school)
    late = BUILT_AT + DAY
    tell(school, late, sw="1.0.0", given_up="1.1.0")
    rollout.advance(school.school, late)
    paused = Rollout.objects.get()
    assert (paused.state, paused.why) == (Rollout.State.PAUSED, "given up by st-r101")
    rollout.advance(school.school, late + 9 * DAY)
    assert wanted(school) == ["1.1.0", None]
    rollout.steer("resume", school.staff["it"], "the reader was unplugged", late + timedelta(hours=1))
    tell(school, late + DAY + timedelta(hours=1), sw="1.1.0")
    rollout.advance(school.school, late + DAY + timedelta(hours=1))
    assert wanted(school) == ["1.1.0", "1.1.0"]


def test_an_aborted_one_reaches_nobody_else_and_takes_from_nobody(school: SmallSchool) -> None:
    begun(school)
    rollout.steer("abort", school.staff["it"], "lamps stay dark", BUILT_AT)
    assert wanted(school) == [None, None]
    with pytest.raises(RefusedError, match="no rollout to resume"):
        rollout.steer("resume", school.staff["it"], "after all", BUILT_AT)
    rollout.begin(Plan("1.2.0", [100]), ["1.2.0"], school.staff["it"], "mended", BUILT_AT)
    assert wanted(school) == ["1.2.0", "1.2.0"]


@pytest.mark.parametrize(
    ("plan", "why"),
    [
        (Plan("9.9.9", [100]), "central has no release"),
        (Plan("1.1.0", []), "must widen"),
        (Plan("1.1.0", [50, 10]), "must widen"),
        (Plan("1.1.0", [["st-r999"]]), "no station in use is called st-r999"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(school: SmallSchool, plan: Plan, why: str) -> None:
    with pytest.raises(RefusedError, match=why):
        rollout.begin(plan, ["1.1.0"], school.staff["it"], "a try", BUILT_AT)
    assert not Rollout.objects.exists()


def test_only_who_may_order_stations_about_begins_one_and_one_at_a_time(school: SmallSchool) -> None:
    with pytest.raises(RefusedError, match="may not add fleet"):
        rollout.begin(PLAN, ["1.1.0"], school.teacher, "a try", BUILT_AT)
    begun(school)
    with pytest.raises(RefusedError, match="on its way"):
        begun(school)


def test_central_takes_a_folder_over_whole_and_never_an_older_one(tmp_path: Path) -> None:
    office = Office(tmp_path / "desk")
    office.add("1.0.0")
    data = tmp_path / "data"
    data.mkdir()
    assert release_shelf.listed(data) == []
    older = tmp_path / "older"
    shutil.copytree(office.folder, older)
    office.add("1.10.0")
    assert release_shelf.add(data, office.folder, BUILT_AT, "it") == ["1.0.0", "1.10.0"]
    assert release_shelf.listed(data) == ["1.0.0", "1.10.0"]
    with pytest.raises(RefusedError, match="older than what central holds"):
        release_shelf.add(data, older, BUILT_AT, "it")
    office.add("1.11.0")
    office.target("rollbook-1.11.0-py3-none-any.whl").write_bytes(b"cut sh")
    with pytest.raises(RefusedError, match="missing or damaged"):
        release_shelf.add(data, office.folder, BUILT_AT, "it")
    assert release_shelf.listed(data) == ["1.0.0", "1.10.0"]
    with pytest.raises(RefusedError, match="cannot be read"):
        release_shelf.add(data, tmp_path, BUILT_AT, "it")
