"""The command `outage`: put one down and say more of it, its classes, its proposals, and who may."""

from datetime import timedelta
from pathlib import Path

import pytest

from central.errors import CentralError, RefusedError
from central.store.models import Outage
from tests.fakes.school import MONDAY, at
from tests.fakes.study_school import StudySchool

pytestmark = pytest.mark.django_db
WHEN = ("--from", f"{MONDAY}T08:00", "--cause", "power", "--says", "the wing was dark")


@pytest.fixture
def school(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> StudySchool:
    return StudySchool(tmp_path, capsys, at=at(MONDAY + timedelta(days=1), "09:00"))


def test_an_outage_is_put_down_and_ended_and_its_classes_are_listed(school: StudySchool) -> None:
    clerk = ("--as", school.small.clerk.number)
    station = ("--station", school.small.station_101.code)
    said = school.run("outage", "note", *station, *WHEN, *clerk)
    row = Outage.objects.get()
    assert said == f"outage {row.pk} is put down\n"
    assert row.until_at is None
    assert f"{MONDAY}  ALG1-01: 0 of 3 tapped, paper: missing" in school.run("outage", "classes", str(row.pk))
    assert school.code == 1
    why = ("--says", "the lights came back", *clerk)
    school.run("outage", "end", str(row.pk), "--to", f"{MONDAY}T14:00", *why)
    with pytest.raises(RefusedError, match="has ended already"):
        school.run("outage", "end", str(row.pk), "--to", f"{MONDAY}T15:00", *why)
    listed = school.run("outage", "list")
    assert f"{row.pk}  st-r101  {MONDAY} 08:00 to {MONDAY} 14:00  power: the wing was dark" in listed
    # Its own silence of that day is covered; the other room's is proposed still.
    assert f"likely: st-r102  {MONDAY} 10:30" in listed
    assert f"likely: st-r101  {MONDAY}" not in listed
    school.run("outage", "correct", str(row.pk), "--from", f"{MONDAY}T11:00", "--to", f"{MONDAY}T12:00", *why)
    assert school.run("outage", "classes", str(row.pk)) == "0 classes, the paper of 0 is missing\n"
    school.run("outage", "withdraw", str(row.pk), *why)
    assert f"{row.pk}  st-r101  {MONDAY} 11:00 withdrawn" in school.run("outage", "list")


def test_what_the_list_proposes_is_confirmed_by_its_name(school: StudySchool) -> None:
    clerk = ("--as", school.small.clerk.number)
    proposed = [line for line in school.run("outage", "list").splitlines() if f"st-r102  {MONDAY}" in line]
    found = proposed[0].split("--found ")[1]
    school.run("outage", "note", "--station", "st-r102", *WHEN, "--found", found, *clerk)
    assert f"likely: st-r102  {MONDAY}" not in school.run("outage", "list")
    with pytest.raises(RefusedError, match="put down as an outage before"):
        school.run("outage", "note", "--station", "st-r102", *WHEN, "--found", found, *clerk)


def test_an_outage_of_the_whole_school_touches_every_room_and_only_some_may_say_so(
    school: StudySchool,
) -> None:
    with pytest.raises(RefusedError, match="may not add outages"):
        school.run("outage", "note", "--scope", "school", *WHEN, "--as", school.small.auditor.number)
    with pytest.raises(RefusedError, match="names it"):
        school.run("outage", "note", *WHEN, "--as", school.small.clerk.number)
    with pytest.raises(CentralError, match="there is no outage 7"):
        school.run("outage", "classes", "7")
    school.run("outage", "note", "--scope", "school", *WHEN, "--as", school.small.leader.number)
    row = Outage.objects.get()
    told = school.run("outage", "classes", str(row.pk))
    assert "ALG1-01" in told
    assert "ENG1-01" in told
    words = ("--says", "it was not", "--as", school.small.teacher.number)
    with pytest.raises(RefusedError, match="may not change outages"):
        school.run("outage", "withdraw", str(row.pk), *words)
