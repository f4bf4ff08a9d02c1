"""Agreements and choices are rows with an author; records of a year stay until nothing holds them."""

from collections.abc import Callable
from datetime import date

import pytest

from central.domain.errors import DomainError
from central.errors import CentralError, RefusedError
from central.store.models import AuditEvent, LegalHold, ProgrammeAgreement, School, SchoolYear, Staff
from central.store.queries.facts import programme_agreements
from central.work.eligibility_bar import policies
from tests.central.commands.conftest import Central

Dump = Callable[[], str]
WIOA = ("WIOA 2026-27", "--partner", "WIOA", "--since", "2026-07-01", "--exclusive", "yes")


@pytest.fixture
def office(central: Central) -> Central:
    school = School.objects.get()
    for number, role in (("C1", "clerk"), ("L1", "leader"), ("T1", "teacher")):
        Staff.objects.create(school=school, number=number, family_name="R", given_name="R", role=role)
    return central


def add(office: Central, *arguments: str, by: str = "C1") -> str:
    return office.run("agreement", "add", *arguments, "--evidence", "drawer 3", "--as", by)


def standing() -> list[tuple[date, date | None, bool]]:
    rows = programme_agreements(School.objects.get().pk)
    return [(row.valid.since, row.valid.until, row.is_exclusive) for row in rows]


def test_an_agreement_is_kept_listed_and_said_twice_is_no_news(office: Central, content: Dump) -> None:
    assert "no agreement stands" in office.run("agreement", "list")
    assert "is kept" in add(office, *WIOA, "--until", "2027-06-30")
    before = content()
    assert "stood so already" in add(office, *WIOA, "--until", "2027-06-30")
    assert content() == before
    assert office.run("agreement", "list") == (
        "WIOA 2026-27: WIOA, from 2026-07-01 until 2027-06-30, exclusive; drawer 3\n"
    )


def test_a_renewal_under_the_same_name_is_refused_and_a_correction_is_a_further_row(office: Central) -> None:
    add(office, *WIOA)
    with pytest.raises(RefusedError, match="name a renewal otherwise, or say --correct"):
        add(office, *WIOA, "--until", "2027-06-30")
    add(office, *WIOA, "--until", "2027-06-30", "--correct")
    assert ProgrammeAgreement.objects.count() == 2
    assert standing() == [(date(2026, 7, 1), date(2027, 6, 30), True)]


def test_a_withdrawn_agreement_does_not_stand_and_may_be_added_anew(office: Central) -> None:
    add(office, *WIOA)
    office.run("agreement", "withdraw", "WIOA 2026-27", "--reason", "never signed", "--as", "C1")
    assert standing() == []
    with pytest.raises(RefusedError, match="no agreement 'WIOA 2026-27' stands"):
        office.run("agreement", "withdraw", "WIOA 2026-27", "--reason", "again", "--as", "C1")
    add(office, *WIOA)
    assert len(standing()) == 1
    verbs = AuditEvent.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["add-agreement", "withdraw-agreement", "add-agreement"]


def test_an_agreement_that_cannot_be_is_refused(office: Central, content: Dump) -> None:
    before = content()
    with pytest.raises(DomainError, match="before it begins"):
        add(office, *WIOA, "--until", "2026-06-30")
    with pytest.raises(RefusedError, match="employee T1"):
        add(office, *WIOA, by="T1")
    with pytest.raises(CentralError, match="name of an agreement has 1 to 60 characters"):
        add(office, " ", *WIOA[1:])
    assert content() == before


def test_a_choice_of_the_school_holds_until_the_day_of_the_next(office: Central) -> None:
    def decide(choice: str, is_chosen: str, since: str, by: str = "L1") -> None:
        office.run("agreement", "choose", choice, is_chosen, "--since", since, "--reason", "why", "--as", by)

    decide("progress", "yes", "2026-08-01")
    decide("progress", "no", "2026-10-01")
    decide("progress", "no", "2026-09-15")
    decide("progress", "yes", "2026-09-15")
    decide("diploma-holders", "yes", "2026-08-01")
    on = policies(School.objects.get())
    asked = [
        on(date(2026, month, day)).asks_progress_of_partnerships for month, day in ((7, 31), (8, 1), (9, 15))
    ]
    assert asked == [False, True, True]
    assert not on(date(2026, 10, 1)).asks_progress_of_partnerships, "October has its own decision"
    assert on(date(2026, 8, 1)).admits_diploma_holders
    with pytest.raises(RefusedError, match="may not change settings"):
        decide("progress", "no", "2026-08-01", by="C1")


def test_records_of_a_year_stay_until_audit_and_holds_let_them_go(with_calendar: Central) -> None:
    office = with_calendar
    school = School.objects.get()
    for number, role in (("C1", "clerk"), ("L1", "leader")):
        Staff.objects.create(school=school, number=number, family_name="R", given_name="R", role=role)
    year = ("retention", "--year", "2026-27")

    def shown(*arguments: str) -> str:
        return office.run(*year, *arguments)

    assert "its audit is not complete" in shown()
    assert "not before" not in shown()
    office.at = office.at.replace(year=2027, month=12, day=20)
    printed = shown("--audited-on", "2027-12-15", "--as", "L1")
    assert "attendance records         class 3 disposable not before 2030-07-01" in printed
    assert "enrollments                class 1 permanent  not to be destroyed" in printed
    printed = shown("--hold", "appeal", "--reason", "before the panel", "--as", "L1")
    assert "held: appeal since 2027-12-20: before the panel" in printed
    assert "not before" not in printed
    with pytest.raises(RefusedError, match="stands already"):
        shown("--hold", "appeal", "--reason", "again", "--as", "L1")
    assert "not before 2030-07-01" in shown("--lift", "appeal", "--reason", "settled", "--as", "L1")
    assert LegalHold.objects.count() == 2
    with pytest.raises(RefusedError, match="no hold 'appeal'"):
        shown("--lift", "appeal", "--reason", "again", "--as", "L1")


def test_an_audit_or_hold_needs_a_name_and_a_day_that_can_be(with_calendar: Central) -> None:
    Staff.objects.create(
        school=School.objects.get(), number="L1", family_name="R", given_name="R", role="leader"
    )
    year = ("retention", "--year", "2026-27")
    with pytest.raises(CentralError, match="bear somebody's name"):
        with_calendar.run(*year, "--audited-on", "2026-08-30")
    for impossible in ("2026-07-01", "2027-12-15"):
        with pytest.raises(RefusedError, match="cannot have been completed"):
            with_calendar.run(*year, "--audited-on", impossible, "--as", "L1")
    with pytest.raises(RefusedError, match="needs a reason"):
        with_calendar.run(*year, "--hold", "appeal", "--as", "L1")
    assert SchoolYear.objects.get().audited_on is None
