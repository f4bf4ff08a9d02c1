"""What the pages of following up do, from the command line: settings, notices, exceptions, faults, calls."""

from datetime import timedelta
from pathlib import Path

import pytest

from central.config import CentralConfig
from central.domain.calendar import DateSpan
from central.errors import CentralError, RefusedError
from central.store.models import CheckIn, ExceptionStep, FaultStep, InterventionStep, SchoolPolicy, Tap
from central.work import appeals, notices, student_years
from tests.central.commands.conftest import Central
from tests.fakes import school as schools
from tests.fakes.one_class import provisional
from tests.fakes.register import Register
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
NOW = at(MONDAY, "16:00")
TODAY = MONDAY.isoformat()


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str], small: SmallSchool) -> Central:
    assert small.school.pk
    return Central(CentralConfig(data_dir=str(tmp_path)), tmp_path, capsys, at=NOW)


def test_a_setting_is_listed_shown_and_chosen(office: Central, small: SmallSchool) -> None:
    assert "tardy_after_minutes: 15 minutes." in office.run("setting", "list")
    chosen = ("choose", "tardy_after_minutes", "5", "--since", TODAY, "--reason", "short", "--as")
    assert "tardy_after_minutes is 5" in office.run("setting", *chosen, small.leader.number)
    assert "tardy_after_minutes: 5 minutes." in office.run("setting", "list", "--on", TODAY)
    shown = office.run("setting", "show", "tardy_after_minutes")
    assert "0 to 120 minutes" in shown
    assert f"5 from {TODAY} on, by employee {small.leader.number}" in shown
    with pytest.raises(RefusedError, match="may not change settings"):
        office.run("setting", *chosen, small.clerk.number)
    assert SchoolPolicy.objects.count() == 1


def test_notices_check_ins_and_appeals(office: Central, small: SmallSchool) -> None:
    clerk = ("--as", small.clerk.number)
    provisional(small, small.ana)
    assert "0 notices and 0 appeals are open" in office.run(
        "notice", "list", "--since", TODAY, "--until", TODAY
    )
    taken = office.run("notice", "take", small.ana.number, "--since", TODAY, "--says", "fever", *clerk)
    number = taken.split()[1]
    asked = appeals.appeal(small.ana, small.algebra, MONDAY, "I was there", NOW)
    listed = office.run("notice", "list", "--since", TODAY, "--until", TODAY)
    assert office.code == 1
    assert f"notice {number}: student {small.ana.number}" in listed
    assert "1 notices and 1 appeals are open" in listed
    office.run("notice", "settle", number, TODAY, "present", "--says", "seen", *clerk)
    office.run("notice", "answer", str(asked.pk), "stands", "--says", "as it is", *clerk)
    where = ("--section", "ALG1-01", "--on", TODAY, "--way", "told staff", "--says", "no card")
    office.run("notice", "check-in", small.ben.number, *where, *clerk)
    assert CheckIn.objects.get().student == small.ben
    office.run("notice", "list", "--since", TODAY, "--until", TODAY)
    assert office.code == 0
    for wrong in (("settle", "99", TODAY, "present"), ("answer", "99", "stands")):
        with pytest.raises(CentralError, match="there is no"):
            office.run("notice", *wrong, "--says", "x", *clerk)


def test_exceptions_are_listed_and_settled(office: Central, small: SmallSchool) -> None:
    Tap.objects.create(
        school=small.school,
        station=small.station_101,
        server_sequence=1,
        position=1,
        epoch=1,
        sequence=1,
        leaf=bytes(32),
        token=small.token(small.ana),
        reader="r1",
        earliest_at=NOW,
        latest_at=NOW,
        time_quality="T1",
        on=MONDAY,
        outcome=Tap.Outcome.NO_SESSION,
    )
    notices.give(small.ben, DateSpan(MONDAY, MONDAY), "sick", small.clerk, NOW)
    listed = office.run("exceptions", "--kind", "no-class")
    assert office.code == 1
    name = listed.split()[0]
    with pytest.raises(CentralError, match="nobody who settles it"):
        office.run("exceptions", "--settle", name)
    office.run("exceptions", "--settle", name, "--reason", "early", "--as", small.clerk.number)
    assert "0 lines" in office.run("exceptions")
    assert name in office.run("exceptions", "--settled")
    assert ExceptionStep.objects.count() == 1


def test_faults_are_reported_taken_on_and_solved(office: Central, small: SmallSchool) -> None:
    it = ("--as", small.staff["it"].number)
    said = office.run("fault", "report", "dark", "--station", "st-r101", "--as", small.teacher.number)
    number = said.split()[1]
    assert "at st-r101: dark" in office.run("fault", "list")
    assert office.code == 1
    office.run("fault", "step", number, "--state", "solved", "--says", "lamp", *it)
    assert FaultStep.objects.get().state == "solved"
    assert "0 faults nobody solved" in office.run("fault", "list")
    with pytest.raises(CentralError, match="there is no fault 0"):
        office.run("fault", "step", "0", "--state", "solved", "--says", "lamp", *it)


def test_calls_are_listed_and_what_was_done_is_kept(office: Central, small: SmallSchool) -> None:
    days = schools.taught("A")
    Register(small).certified(small.algebra, small.ben, days[:20])
    Register(small).certified(small.algebra, small.ben, days[20:23], mark="absent")
    student_years.rebuild(small.year)
    office.at = at(days[22], "16:00") + timedelta(hours=1)
    assert f"{small.ben.number} in a row since {days[20]} (adult)" in office.run("interventions", "list")
    assert office.code == 1
    what = ("--kind", "in a row", "--since", days[20].isoformat(), "--state", "closed", "--says", "back")
    office.run("interventions", "step", small.ben.number, *what, "--as", small.clerk.number)
    assert InterventionStep.objects.get().by == small.clerk
    closed = office.run("interventions", "list", "--closed")
    assert "closed by employee" in closed
