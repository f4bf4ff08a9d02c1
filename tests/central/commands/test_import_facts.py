"""Facts go in whole or not at all; nothing is overwritten, and the same file twice says nothing new."""

from collections.abc import Callable
from datetime import date

import pytest

from central.domain.student import FactKind
from central.errors import CentralError, InputError, RefusedError
from central.store.models import AuditEvent, ImportedFile, School, Staff, Student, StudentFact
from central.store.queries.facts import dated_facts, student_facts
from tests.central.commands.conftest import Central

Dump = Callable[[], str]
HEADER = "student,fact,since,until,value,evidence,withdrawn\n"


@pytest.fixture
def office(central: Central) -> Central:
    """Return a central with two students, a clerk (C1), a leader (L1) and a teacher (T1)."""
    school = School.objects.get()
    for number in ("0001", "0002"):
        Student.objects.create(school=school, number=number, family_name="Soto", given_name="Ana")
    for number, role in (("C1", "clerk"), ("L1", "leader"), ("T1", "teacher")):
        Staff.objects.create(school=school, number=number, family_name="R", given_name="R", role=role)
    return central


def take_in(office: Central, rows: str, by: str = "C1") -> str:
    return office.run("import-facts", office.file("facts.csv", HEADER + rows), "--as", by)


def problems(office: Central, rows: str) -> list[str]:
    with pytest.raises(InputError) as refused:
        take_in(office, rows)
    return list(refused.value.problems)


def test_the_kinds_of_the_domain_are_those_the_records_keep() -> None:
    assert [kind.value for kind in FactKind] == StudentFact.Kind.values


def test_facts_go_in_with_who_kept_them(office: Central) -> None:
    printed = take_in(office, "0001,residency,2026-08-01,2027-06-30,,lease in file 7,\n")
    assert "1 facts added" in printed
    row = StudentFact.objects.get()
    assert (row.kind, row.since, row.until) == ("residency", date(2026, 8, 1), date(2027, 6, 30))
    assert (row.evidence, row.by, row.at) == ("lease in file 7", "C1", office.at)
    assert ImportedFile.objects.get(kind="facts").counts == {"facts added": 1}


def test_a_kind_is_understood_however_it_is_written(office: Central) -> None:
    take_in(office, "0001,Diploma-Course_at  19,2020-01-01,,,transcript,\n")
    assert StudentFact.objects.get().kind == "diploma course at 19"


def test_the_same_file_again_adds_nothing(office: Central, content: Dump) -> None:
    rows = "0001,residency,2026-08-01,,,lease,\n0002,wioa,2026-08-01,,participant 9,letter,\n"
    take_in(office, rows)
    before = content()
    assert "nothing changed" in take_in(office, rows)
    assert content() == before


def test_a_correction_is_a_further_row_and_the_older_one_stays(office: Central) -> None:
    take_in(office, "0001,residency,2026-08-01,,,lease,\n")
    printed = take_in(office, "0001,residency,2026-08-01,2026-12-31,,moved away,\n")
    assert "1 facts corrected" in printed
    assert StudentFact.objects.count() == 2
    (fact,) = dated_facts(School.objects.get().pk)
    assert fact.valid.until == date(2026, 12, 31)


def test_a_withdrawn_fact_says_nothing_any_more_and_may_be_said_again(office: Central) -> None:
    school = School.objects.get().pk
    take_in(office, "0001,residency,2026-08-01,,,lease,\n")
    assert "1 facts withdrawn" in take_in(office, "0001,residency,2026-08-01,,,lease of another,yes\n")
    assert student_facts(school)["0001"].residency == ()
    take_in(office, "0001,residency,2026-08-01,,,own lease,\n")
    assert len(student_facts(school)["0001"].residency) == 1
    assert StudentFact.objects.count() == 3


def test_a_fact_is_ended_and_followed_by_the_next_in_one_file(office: Central) -> None:
    take_in(office, "0001,residency,2026-08-01,,,lease,\n")
    take_in(
        office,
        "0001,residency,2026-08-01,2026-10-31,,lease ended,\n0001,residency,2026-11-01,,,new lease,\n",
    )
    spans = student_facts(School.objects.get().pk)["0001"].residency
    assert [(span.since, span.until) for span in spans] == [
        (date(2026, 8, 1), date(2026, 10, 31)),
        (date(2026, 11, 1), None),
    ]


def test_every_problem_is_told_at_once_without_a_student_number_and_nothing_is_stored(
    office: Central, content: Dump
) -> None:
    before = content()
    found = problems(
        office,
        "0001,income,2026-08-01,,,x,\n"
        "0001,residency,2026-08-01,2026-07-31,,x,\n"
        "0001,wioa,,,,x,\n"
        "0001,aebg,2026-08-01,,,,\n"
        "0001,diploma,2026-06-01,2026-07-01,,x,\n"
        "0001,prior recovery days,2026-08-01,,eleven,x,\n"
        "0001,prior recovery days,2026-08-02,,11,x,\n"
        "0001,progress,2026-08-01,,,x,perhaps\n"
        "0002,foster,2026-08-01,,,confirmed by the state's registry,\n"
        "0002,foster,2026-08-01,,yes,document seen; kept in the student's file,\n",
    )
    assert [line.partition(":")[0] for line in found] == [
        "facts.csv row 2 column fact",
        "facts.csv row 3 column until",
        "facts.csv row 4 column since",
        "facts.csv row 5 column evidence",
        "facts.csv row 6 column until",
        "facts.csv row 7 column value",
        "facts.csv row 8 column value",
        "facts.csv row 9 column withdrawn",
        "facts.csv row 11 column fact",
    ]
    assert "0001" not in "".join(found)
    assert "0002" not in "".join(found)
    assert content() == before


def test_nobody_writes_about_health_or_need_in_a_file_either(office: Central, content: Dump) -> None:
    before = content()
    kept = "document seen; kept in the health office"
    found = problems(
        office,
        "0001,immunization,2026-08-01,,,allergic to eggs,\n"
        f"0001,special education,2026-08-01,,dyslexia,{kept},\n"
        f"0001,foster,2026-08-01,,with an aunt,{kept},\n"
        "0002,absence exemption,2026-08-01,,,chemotherapy,yes\n",
    )
    assert [line.partition(":")[0] for line in found] == [
        "facts.csv row 2 column evidence",
        "facts.csv row 3 column value",
        "facts.csv row 4 column value",
        "facts.csv row 5 column evidence",
    ]
    told = " ".join(found)
    assert not any(word in told for word in ("eggs", "dyslexia", "aunt", "chemotherapy"))
    assert kept in told
    assert content() == before
    take_in(office, f"0001,immunization,2026-08-01,,,{kept},\n0001,foster,2026-08-01,,yes,{kept},\n")
    assert "1 facts withdrawn" in take_in(
        office, "0001,immunization,2026-08-01,,,it was entered for another student,yes\n"
    )


def test_an_unknown_student_is_told_by_row_and_nothing_is_stored(office: Central, content: Dump) -> None:
    before = content()
    found = problems(office, "0001,residency,2026-08-01,,,x,\n1,residency,2026-08-01,,,x,\n")
    assert found == [
        "facts.csv row 3 column student: there is no student of this number; leading zeros count"
    ]
    assert content() == before


@pytest.mark.parametrize(
    ("rows", "row"),
    [
        ("0001,residency,2026-09-01,,,second,\n", 2),
        ("0001,residency,2026-07-01,2026-08-01,,earlier,\n", 2),
        ("0001,residency,2026-08-01,2026-09-01,,shorter,\n0001,residency,2026-09-01,,,touches,\n", 3),
    ],
)
def test_facts_of_one_kind_never_overlap(office: Central, content: Dump, rows: str, row: int) -> None:
    take_in(office, "0001,residency,2026-08-01,,,lease,\n")
    before = content()
    (found,) = problems(office, rows)
    assert found.startswith(f"facts.csv row {row} column since: these days overlap this fact from 2026-")
    assert content() == before


def test_facts_of_different_kinds_and_students_may_overlap(office: Central) -> None:
    take_in(office, "0001,residency,2026-08-01,,,x,\n0001,wioa,2026-08-01,,,x,\n0002,wioa,2026-08-01,,,x,\n")
    assert StudentFact.objects.count() == 3


def test_what_does_not_stand_cannot_be_withdrawn(office: Central) -> None:
    (found,) = problems(office, "0001,residency,2026-08-01,,,x,yes\n")
    assert "cannot be withdrawn" in found


def test_a_diploma_is_the_first_one_awarded(office: Central) -> None:
    take_in(office, "0001,diploma,2026-06-01,,,copy,\n")
    assert student_facts(School.objects.get().pk)["0001"].diploma_on == date(2026, 6, 1)


def test_only_the_office_keeps_facts(office: Central, content: Dump) -> None:
    before = content()
    with pytest.raises(RefusedError, match="T1 is a certificated staffer and may not add eligibility facts"):
        take_in(office, "0001,residency,2026-08-01,,,x,\n", by="T1")
    assert content() == before


def test_the_day_from_which_facts_are_kept_is_a_decision_of_the_leader_with_its_reason(
    office: Central, content: Dump
) -> None:
    before = content()
    with pytest.raises(RefusedError, match="ask the administrator or the school leader"):
        office.run("import-facts", "--kept-since", "2026-08-01", "--reason", "audit", "--as", "C1")
    with pytest.raises(RefusedError, match="needs a reason"):
        office.run("import-facts", "--kept-since", "2026-08-01", "--as", "L1")
    assert content() == before
    asked = ("import-facts", "--kept-since", "2026-08-01", "--reason", "audit", "--as", "L1")
    assert "from now on" in office.run(*asked)
    assert School.objects.get().facts_kept_since == date(2026, 8, 1)
    event = AuditEvent.objects.get(verb="keep-facts-since")
    assert event.detail == {"before": None, "after": "2026-08-01", "reason": "audit"}
    assert "as before" in office.run(*asked)
    assert AuditEvent.objects.filter(verb="keep-facts-since").count() == 1


def test_nothing_to_take_in_is_said(office: Central) -> None:
    with pytest.raises(CentralError, match="nothing to take in"):
        office.run("import-facts", "--as", "C1")
    with pytest.raises(InputError, match="no fact in this file"):
        take_in(office, "")
