"""A OneRoster zip becomes one checked value, or is refused with every problem at once."""

from datetime import date

import pytest

from central.errors import InputError
from central.exchange.oneroster.reading import read
from central.exchange.oneroster.roster import Known, Roster, SchoolSought
from tests.fakes.oneroster import SAMPLE, SCHOOL_CODE, RosterZip, sample

OURS = SchoolSought(SCHOOL_CODE)


def taken(roster: RosterZip) -> Roster:
    return read("r.zip", roster.data(), OURS, Known())


def problems(roster: RosterZip) -> list[str]:
    with pytest.raises(InputError) as refused:
        taken(roster)
    return list(refused.value.problems)


def test_the_sample_is_read_whole_with_names_of_every_script() -> None:
    roster = read(SAMPLE.name, SAMPLE.read_bytes(), OURS, Known())
    names = {person.number: (person.family_name, person.given_name) for person in roster.people}
    assert names["1234567890"] == ("Коваленко", "Олена")
    assert names["0450001"] == ("محمدی", "زهرا")
    assert names["000123"] == ("Nguyễn", "Thị Hương")
    assert [person.role for person in roster.people] == ["teacher"] + ["student"] * 8
    assert {person.grade for person in roster.people if person.is_student} == {"12"}
    (entry,) = roster.classes
    assert (entry.code, entry.room, entry.since, entry.until) == (
        "ESL1-12A",
        "Room 12",
        date(2026, 8, 17),
        date(2026, 12, 18),
    )
    assert sum(seat.is_student for seat in roster.seats) == 8


def test_a_person_s_repr_names_nobody() -> None:
    for person in taken(sample()).people:
        shown = repr(person)
        assert person.family_name not in shown
        assert person.number not in shown


def test_every_problem_is_named_at_once_with_file_row_and_column() -> None:
    roster = sample()
    roster["users"].set(3, identifier="")
    roster["users"].set(4, grades="thirteen")
    roster["users"].set(5, sourcedId="u1")
    roster["users"].set(6, identifier="4411223")
    roster["classes"].set(2, termSourcedIds="t1,t9")
    roster["enrollments"].set(3, classSourcedId="k9")
    roster["enrollments"].set(4, userSourcedId="nobody")
    roster["enrollments"].set(6, endDate="2026-08-01")
    roster["enrollments"].set(7, beginDate="17.8.2026")
    roster["demographics"].set(9, birthDate="1990-13-01")
    roster["academicSessions"].set(2, endDate="2026-06-30")
    assert problems(roster) == [
        (
            "academicSessions.csv row 2 column endDate: "
            "the session ends (2026-06-30) before it begins (2026-07-01)"
        ),
        "classes.csv row 2 column termSourcedIds: there is no academic session 't9'",
        "demographics.csv row 9 column birthDate: '1990-13-01' is no date; write it like 2024-08-19",
        "enrollments.csv row 3 column classSourcedId: there is no class 'k9'",
        "enrollments.csv row 4 column userSourcedId: there is no user 'nobody'",
        "enrollments.csv row 5 column userSourcedId: there is no user 'u2'",
        (
            "enrollments.csv row 6 column endDate: "
            "the enrollment ends (2026-08-01) before it begins (2026-08-17)"
        ),
        "enrollments.csv row 7 column beginDate: '17.8.2026' is no date; write it like 2024-08-19",
        "users.csv row 3 column identifier: this cell is empty",
        "users.csv row 4 column grades: 'thirteen' is not one grade; write one of TK, KG, 01 to 12",
        "users.csv row 5 column sourcedId: an earlier row has this sourcedId already",
        "users.csv row 8 column identifier: row 6 has this number already",
    ]


def test_missing_files_are_named_and_nothing_else_is_guessed() -> None:
    roster = sample()
    del roster.sheets["users"], roster.sheets["enrollments"]
    roster["manifest"].rows = [row for row in roster["manifest"].rows if "users" not in row["propertyName"]]
    assert problems(roster)[0] == "enrollments.csv: the manifest promises this file; the zip lacks it"
    assert any(text.startswith("r.zip: users.csv is missing") for text in problems(roster)) is False


def test_a_zip_without_users_says_so() -> None:
    roster = sample()
    del roster.sheets["users"], roster.sheets["manifest"], roster.sheets["enrollments"]
    assert problems(roster)[:2] == [
        "r.zip: users.csv is missing; export it too",
        "r.zip: enrollments.csv is missing; export it too",
    ]


def test_a_file_that_is_no_roster_is_refused_in_one_line() -> None:
    with pytest.raises(InputError) as refused:
        read("r.zip", b"track,date\n", OURS, Known())
    assert len(refused.value.problems) == 1
    assert "cannot be read" in refused.value.problems[0]


def test_bad_utf_8_in_one_file_is_told_beside_the_problems_of_the_others() -> None:
    roster = sample()
    roster.raw["demographics"] = b"sourcedId,birthDate\nu0,19\xff\n"
    roster["users"].set(3, identifier="")
    assert problems(roster) == [
        "demographics.csv row 2: this is not UTF-8; save the file as UTF-8 and try again",
        "users.csv row 3 column identifier: this cell is empty",
    ]


def test_of_several_schools_only_ours_is_taken_and_the_rest_counted() -> None:
    roster = sample()
    roster["orgs"].add(
        sourcedId="s2", name="Other", type="school", identifier="0999999", parentSourcedId="d1"
    )
    roster["classes"].add(
        sourcedId="k2", title="x", courseSourcedId="c1", schoolSourcedId="s2", termSourcedIds="t1"
    )
    roster["users"].add(
        sourcedId="v1", orgSourcedIds="s2", role="student", givenName="x", familyName="y", identifier="8"
    )
    roster["users"].add(
        sourcedId="p1", orgSourcedIds="s1", role="parent", givenName="x", familyName="y", identifier="9"
    )
    roster["enrollments"].add(sourcedId="f1", classSourcedId="k2", userSourcedId="v1", role="student")
    found = taken(roster)
    assert len(found.people) == 9
    assert len(found.seats) == 9
    assert found.passed_over == {
        "classes of other schools": 1,
        "users of other schools": 1,
        "users with the role parent": 1,
    }


def test_a_school_not_in_the_file_is_asked_for_by_name() -> None:
    with pytest.raises(InputError) as refused:
        read("r.zip", sample().data(), SchoolSought("34111110999999"), Known())
    assert "say which one is meant with --school SOURCEDID (there are: s1)" in refused.value.problems[0]
    assert (
        read("r.zip", sample().data(), SchoolSought("34111110999999", "s1"), Known()).school_source_id == "s1"
    )


def test_a_teacher_listed_only_at_the_district_is_here_because_of_a_class() -> None:
    roster = sample()
    roster["users"].set(2, orgSourcedIds="d1")
    assert [person.role for person in taken(roster).people].count("teacher") == 1


def test_credentials_and_programmes_come_from_documented_columns() -> None:
    roster = sample()
    roster["users"].set(
        2,
        **{
            "metadata.credential": "Clear Adult Education",
            "metadata.credentialBegin": "2024-07-01",
            "metadata.credentialEnd": "2029-06-30",
        },
    )
    roster["users"].set(3, **{"metadata.programme": "EC 47612.1"})
    found = taken(roster)
    (document,) = found.people[0].documents
    assert document is not None
    assert (document.name, document.since, document.until) == (
        "Clear Adult Education",
        date(2024, 7, 1),
        date(2029, 6, 30),
    )
    assert found.people[1].programme == "47612.1"
    roster["users"].set(2, **{"metadata.credentialEnd": ""})
    roster["users"].set(3, **{"metadata.programme": "adult"})
    assert [text.split(":")[0] for text in problems(roster)] == [
        "users.csv row 2 column metadata.credential",
        "users.csv row 3 column metadata.programme",
    ]


def test_two_classes_with_one_code_go_by_their_ids() -> None:
    roster = sample()
    roster["classes"].add(
        sourcedId="k2",
        title="ESL 1 Room 13",
        courseSourcedId="c1",
        classCode="ESL1-12A",
        schoolSourcedId="s1",
        termSourcedIds="t1",
    )
    assert [entry.code for entry in taken(roster).classes] == ["k1", "k2"]


def test_the_same_student_class_and_day_twice_is_a_problem() -> None:
    roster = sample()
    roster["enrollments"].add(
        sourcedId="e99", classSourcedId="k1", userSourcedId="u0", role="student", beginDate="2026-08-17"
    )
    assert problems(roster) == [
        "enrollments.csv row 11 column beginDate: row 3 says the same of this user and class"
    ]


def test_a_teacher_cannot_be_enrolled_as_a_student() -> None:
    roster = sample()
    roster["enrollments"].set(3, userSourcedId="tch1")
    assert problems(roster) == [
        "enrollments.csv row 3 column role: the user is a teacher and cannot be a student here"
    ]
