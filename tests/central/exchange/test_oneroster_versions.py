"""OneRoster's versions, deltas and two ways to mean an end date are told apart."""

from datetime import date

import pytest

from central.errors import InputError
from central.exchange.oneroster.reading import Asked, read
from central.exchange.oneroster.roster import EndDates, Known, Roster, SchoolSought
from tests.fakes.oneroster import SCHOOL_CODE, RosterZip, sample

OURS = SchoolSought(SCHOOL_CODE)


def taken(roster: RosterZip, asked: EndDates | None = None) -> Roster:
    return read("r.zip", roster.data(), OURS, Known(), Asked(asked))


def problems(roster: RosterZip) -> list[str]:
    with pytest.raises(InputError) as refused:
        taken(roster)
    return list(refused.value.problems)


def test_roles_come_from_their_own_file_in_version_1_2() -> None:
    roster = sample()
    for row in roster["users"].rows:
        role = row.pop("role")
        row.pop("orgSourcedIds")
        roster.sheets.setdefault("roles", type(roster["users"])([])).add(
            sourcedId=f"r-{row['sourcedId']}",
            userSourcedId=row["sourcedId"],
            roleType="primary",
            role=role,
            orgSourcedId="s1",
        )
    roster["users"].columns = [c for c in roster["users"].columns if c not in {"role", "orgSourcedIds"}]
    roster["roles"].add(
        sourcedId="r2", userSourcedId="tch1", roleType="secondary", role="aide", orgSourcedId="s1"
    )
    roster["manifest"].set(3, value="1.2")
    roster["manifest"].add(propertyName="file.roles", value="bulk")
    found = taken(roster)
    assert found.version == "1.2"
    assert [person.role for person in found.people] == ["teacher"] + ["student"] * 8


def test_end_dates_mean_the_last_day_or_the_day_after_as_the_file_itself_shows() -> None:
    assert taken(sample()).end_dates is EndDates.LAST_DAY
    roster = sample()
    roster["academicSessions"].set(2, endDate="2027-07-01")
    roster["enrollments"].set(3, endDate="2026-10-31")
    found = taken(roster)
    assert found.end_dates is EndDates.DAY_AFTER
    assert found.classes[0].until == date(2026, 12, 17)
    assert found.seats[1].until == date(2026, 10, 30)


def test_terms_that_touch_show_that_an_end_date_is_the_day_after() -> None:
    roster = sample()
    roster["academicSessions"].set(2, endDate="2027-06-10")
    assert taken(roster).end_dates_because.startswith("nothing in the file says otherwise")
    roster["academicSessions"].add(
        sourcedId="t2", title="Spring", type="term", startDate="2026-12-18", endDate="2027-06-10"
    )
    assert taken(roster).end_dates is EndDates.DAY_AFTER
    assert taken(roster, asked=EndDates.LAST_DAY).classes[0].until == date(2026, 12, 18)


def test_a_session_past_june_30_belongs_to_no_school_year() -> None:
    roster = sample()
    roster["academicSessions"].set(3, endDate="2027-07-15")
    assert "runs past June 30" in problems(roster)[0]


def test_a_delta_may_refer_to_what_earlier_imports_brought() -> None:
    roster = sample()
    roster.is_delta("enrollments")
    roster["enrollments"].rows = [
        {
            "sourcedId": "e50",
            "status": "active",
            "classSourcedId": "k1",
            "userSourcedId": "u0",
            "role": "student",
            "beginDate": "2026-09-01",
        },
        {
            "sourcedId": "e1",
            "status": "tobedeleted",
            "classSourcedId": "k1",
            "userSourcedId": "u0",
            "role": "student",
        },
    ]
    known = Known({"u0": "student"}, {"k1": (date(2026, 8, 17), date(2026, 12, 18))})
    found = read("r.zip", roster.data(), SchoolSought(SCHOOL_CODE, "s1"), known)
    assert [seat.source_id for seat in found.seats] == ["e50"]
    assert found.removed == {"enrollments": frozenset({"e1"})}
    assert found.partial == frozenset({"enrollments"})
    roster["enrollments"].rows[0]["status"] = ""
    with pytest.raises(InputError) as refused:
        read("r.zip", roster.data(), SchoolSought(SCHOOL_CODE, "s1"), Known())
    assert [text.split(": ")[0] for text in refused.value.problems] == [
        "enrollments.csv row 2 column status",
        "enrollments.csv row 2 column classSourcedId",
        "enrollments.csv row 2 column userSourcedId",
    ]


def test_another_version_of_the_standard_is_refused_by_name() -> None:
    roster = sample()
    roster["manifest"].set(3, value="2.0")
    assert problems(roster) == ["manifest.csv: OneRoster 2.0 is not known; export 1.1 or 1.2"]
