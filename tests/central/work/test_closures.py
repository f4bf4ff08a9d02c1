"""A request to the state goes through its steps by name and paper; what is wrong leaves nothing behind."""

from datetime import date
from pathlib import Path

import pytest

from central.domain.closure import RequestState
from central.errors import InputError, RefusedError
from central.law.emergency import credit, days_of_attendance_credited
from central.store.models import StateRequestStep
from central.store.queries.closures import closed_days, requests
from tests.fakes.every_row import content
from tests.fakes.school import LABOR_DAY, at
from tests.fakes.study_school import StudySchool

SMOKE = (date(2024, 9, 16), date(2024, 9, 17))
DAYS = "track,date,minutes\n" + "".join(f"A,{on},370\n" for on in SMOKE)


@pytest.fixture
def school(db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> StudySchool:
    del db
    found = StudySchool(tmp_path, capsys)
    for on in SMOKE:
        found.close(on)
    return found


def drafted(school: StudySchool, text: str = DAYS, *more: str, kind: str = "closure") -> None:
    days = school.file("days.csv", text)
    school.request("request", "J1", "--kind", kind, "--cause", "smoke", "--days", days, *more)


def step(school: StudySchool, verb: str, on: str, *more: str) -> str:
    return school.request(verb, "J1", "--on", on, "--evidence", "binder 2", *more)


def test_closed_days_are_credited_on_approval_and_at_no_step_before(school: StudySchool) -> None:
    seen = []
    drafted(school)
    seen.append(credit(requests(school.small.year), "A"))
    step(school, "file", "2024-10-01")
    seen.append(credit(requests(school.small.year), "A"))
    step(school, "approve", "2025-06-02")
    seen.append(credit(requests(school.small.year), "A"))
    assert [(len(view.as_filed.days), view.as_filed.minutes) for view in seen] == [(0, 0), (0, 0), (2, 740)]
    assert [(len(view.if_approved.days), view.if_approved.minutes) for view in seen] == [
        (0, 0),
        (2, 740),
        (2, 740),
    ]
    assert credit(requests(school.small.year), "B").if_approved.days == frozenset()


def test_a_denied_request_credits_nothing_and_a_decision_is_taken_back_only_with_a_reason(
    school: StudySchool,
) -> None:
    drafted(school)
    step(school, "file", "2024-10-01")
    step(school, "deny", "2025-06-02")
    (request,) = requests(school.small.year)
    assert (request.state, request.decided_on) == (RequestState.DENIED, date(2025, 6, 2))
    assert not credit([request], "A").if_approved.days
    with pytest.raises(RefusedError, match="cannot become approved"):
        step(school, "approve", "2025-06-03")
    with pytest.raises(RefusedError, match="needs a reason"):
        step(school, "file", "2025-06-03")
    step(school, "file", "2025-06-03", "--reason", "the letter was about another school")
    (request,) = requests(school.small.year)
    assert (request.state, request.decided_on) == (RequestState.FILED, None)
    assert [row.state for row in StateRequestStep.objects.order_by("pk")] == ["filed", "denied", "filed"]
    assert [event.detail["after"]["state"] for event in school.audit("j13a-step")] == [
        "filed",
        "denied",
        "filed",
    ]
    assert school.audit("j13a-step")[-1].detail["reason"] == "the letter was about another school"


def test_what_was_written_later_was_not_known_before(school: StudySchool) -> None:
    school.at = at(date(2024, 10, 1), "12:00")
    drafted(school)
    step(school, "file", "2024-10-01")
    school.at = at(date(2025, 6, 2), "12:00")
    step(school, "approve", "2025-06-02")
    assert requests(school.small.year, at(date(2024, 9, 30), "12:00")) == []
    (then,) = requests(school.small.year, at(date(2025, 1, 31), "12:00"))
    (now,) = requests(school.small.year)
    assert (then.state, now.state) == (RequestState.FILED, RequestState.APPROVED)
    assert credit([then], "A").as_filed.minutes == 0


def test_a_request_is_filed_after_its_days_and_never_in_the_future(school: StudySchool) -> None:
    drafted(school)
    before = content()
    with pytest.raises(InputError) as refused:
        step(school, "file", "2024-09-17")
    assert list(refused.value.problems) == [
        "--on: the request is about days up to 2024-09-17; it is filed after the event"
    ]
    with pytest.raises(InputError, match="2025-07-01 has not come yet"):
        step(school, "file", "2025-07-01")
    with pytest.raises(InputError, match="--evidence"):
        school.request("file", "J1", "--on", "2024-10-01", "--evidence", " ")
    assert content() == before
    step(school, "file", "2024-10-01")
    with pytest.raises(InputError, match="it was filed on 2024-10-01, which is later"):
        step(school, "approve", "2024-09-30")


def test_the_clerk_drafts_and_files_and_only_the_leader_notes_what_the_state_decided(
    school: StudySchool,
) -> None:
    clerk, auditor = school.small.clerk.number, school.small.auditor.number
    of = ("J1", "--year", "2024-25", "--as")
    days = ("--kind", "closure", "--cause", "smoke", "--days", school.file("d.csv", DAYS))
    paper = ("--on", "2024-10-01", "--evidence", "binder 2")
    with pytest.raises(RefusedError, match="is an auditor and cannot do this"):
        school.run("j13a", "request", *of, auditor, *days)
    school.run("j13a", "request", *of, clerk, *days)
    school.run("j13a", "file", *of, clerk, *paper)
    for verb in ("approve", "deny"):
        with pytest.raises(RefusedError, match="ask the school leader"):
            school.run("j13a", verb, *of, clerk, *paper)


def test_every_problem_of_the_days_is_told_and_nothing_written(school: StudySchool) -> None:
    before = content()
    text = DAYS + f"Z,2024-09-16,370\nA,2024-09-18,370\nA,2025-07-01,0\nA,{SMOKE[0]},370\nA,{LABOR_DAY},x\n"
    with pytest.raises(InputError) as refused:
        drafted(school, text)
    assert list(refused.value.problems) == [
        "days.csv row 4 column track: 2024-25 has no track 'Z'",
        "days.csv row 5 column date: the calendar says 2024-09-18 was taught; correct it first, as a closure",
        "days.csv row 6 column date: 2025-07-01 is not in 2024-25",
        "days.csv row 7 column date: row 2 names this day of the track already",
        "days.csv row 8 column minutes: 'x' is no whole number up to 1440",
        "days.csv row 8 column minutes: name the minutes that were to be offered that day; 0 for none",
    ]
    with pytest.raises(InputError, match="there is no day in this file"):
        drafted(school, "track,date,minutes\n")
    assert content() == before


def test_a_code_is_used_once_a_year(school: StudySchool) -> None:
    drafted(school)
    with pytest.raises(InputError, match="2024-25 has a request J1 already"):
        drafted(school)
    with pytest.raises(RefusedError, match="has no request J2"):
        school.request("file", "J2", "--on", "2024-10-01", "--evidence", "binder 2")


def test_a_drafts_days_are_put_right_and_those_of_a_filed_request_stay(school: StudySchool) -> None:
    drafted(school)
    fewer = school.file("fewer.csv", f"track,date,minutes\nA,{SMOKE[0]},360\n")
    school.request("days", "J1", fewer)
    (request,) = requests(school.small.year)
    assert [(day.on, day.minutes) for day in request.days] == [(SMOKE[0], 360)]
    assert "370" in school.audit("j13a-days")[0].detail["before"]["days"]
    assert "nothing changed" in school.request("days", "J1", fewer)
    step(school, "file", "2024-10-01")
    with pytest.raises(RefusedError, match="is filed; begin another"):
        school.request("days", "J1", fewer)


def test_fallen_attendance_is_kept_to_the_hundredth_and_credited_on_approval(school: StudySchool) -> None:
    drafted(school, "track,date,normal,attended\nA,2024-09-18,412.35,371\n", kind="material decrease")
    step(school, "file", "2024-10-01")
    pending = days_of_attendance_credited(requests(school.small.year), "A")
    step(school, "approve", "2025-06-02")
    granted = days_of_attendance_credited(requests(school.small.year), "A")
    assert [str(view) for view in (pending.as_filed, pending.if_approved, granted.as_filed)] == [
        "0",
        "827/20",
        "827/20",
    ]


def test_fallen_attendance_needs_both_figures_and_a_day_that_was_taught(school: StudySchool) -> None:
    text = f"track,date,normal,attended\nA,2024-09-18,412.355,371\nA,2024-09-19,412,\nA,{SMOKE[0]},200,150\n"
    with pytest.raises(InputError) as refused:
        drafted(school, text, kind="material decrease")
    assert [problem.partition(": ")[2] for problem in refused.value.problems] == [
        "'412.355' is no attendance; write it like 412.35",
        "name what attendance is normal, and who attended",
        "name what attendance is normal, and who attended",
        "2024-09-16 was not taught; ask for a closure instead",
    ]


def test_the_list_tells_where_each_request_stands_and_what_it_lacks(school: StudySchool) -> None:
    drafted(school)
    shown = school.run("j13a", "list", "--year", "2024-25")
    assert "J1  closure, smoke: draft, 2 days from 2024-09-16 to 2024-09-17, 740 minutes" in shown
    assert "finding R-EMG-06 (EC 32282; EC 46393): request J1" in shown
    assert school.code == 0


def test_the_calendars_closures_are_known_by_track(school: StudySchool) -> None:
    from central.domain.calendar import SchoolYear

    assert closed_days(school.small.school.pk, SchoolYear("2024-25")) == {"A": frozenset(SMOKE)}
