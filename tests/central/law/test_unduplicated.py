"""Each student is counted once in a group and once in the school, whatever the enrollments."""

from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from central.domain.attendance import AttendanceDay
from central.domain.enrolment import EnrolledSpan, Grade, Programme
from central.law.unduplicated import HeadCount, head_counts, month_counts, rolls_of, student_tallies

FIRST = date(2024, 8, 5)
DAYS = [FIRST + timedelta(days=n) for n in range(30)]
MONTHS = {track: {on: 1 + number // 10 for number, on in enumerate(DAYS)} for track in "AB"}


@dataclass(frozen=True)
class Given:
    """What the counts are made from."""

    spans: list[EnrolledSpan]
    present: set[tuple[str, date]]
    claimed: list[AttendanceDay]


@st.composite
def spans(draw: st.DrawFn) -> EnrolledSpan:
    since, length = draw(st.integers(0, 29)), draw(st.integers(0, 12))
    return EnrolledSpan(
        draw(st.sampled_from(["001", "002", "003"])),
        draw(st.sampled_from("AB")),
        draw(st.sampled_from([Grade.G9, Grade.G10])),
        draw(st.sampled_from(list(Programme))),
        DAYS[since],
        draw(st.sampled_from([None, DAYS[since] + timedelta(days=length)])),
    )


@st.composite
def schools(draw: st.DrawFn) -> Given:
    """Days anywhere, also outside an enrollment; what may be claimed is always of one."""
    kept = draw(st.lists(spans(), max_size=6))
    days = st.tuples(st.sampled_from(["001", "002", "003", "009"]), st.sampled_from(DAYS))
    claimed = (
        [
            AttendanceDay(span.student, on, span.track, span.grade)
            for span, on in draw(
                st.lists(st.tuples(st.sampled_from(kept), st.sampled_from(DAYS)), max_size=8)
            )
            if span.holds(on)
        ]
        if kept
        else []
    )
    return Given(kept, draw(st.sets(days, max_size=12)), claimed)


def by_hand(of: Given, group: str) -> HeadCount:
    """Count a track's students by looking at each student and day in turn."""
    attended_days = {*of.present, *((day.student, day.on) for day in of.claimed)}
    enrolled = attended = claimed = here = 0
    for student in {span.student for span in of.spans}:
        theirs = [span for span in of.spans if span.student == student]
        in_group = [span for span in theirs if span.track == group]
        enrolled += bool(in_group)
        attended += any(span.holds(on) for who, on in attended_days if who == student for span in in_group)
        claimed += any(day.student == student and day.track == group for day in of.claimed)
        latest = max(theirs, key=lambda span: (span.since, span.track))
        here += latest.track == group
    return HeadCount(enrolled, attended, claimed, here)


@settings(max_examples=50)
@given(schools())
def test_the_counts_are_those_of_counting_by_hand(of: Given) -> None:
    counts = head_counts(rolls_of(of.spans, of.present, of.claimed), lambda span: span.track)
    assert counts == {track: by_hand(of, track) for track in sorted({span.track for span in of.spans})}


@settings(max_examples=50)
@given(schools())
def test_groups_add_up_to_the_school_and_each_count_is_part_of_the_one_before(of: Given) -> None:
    students = len({span.student for span in of.spans})
    by_grade = head_counts(rolls_of(of.spans, of.present, of.claimed), lambda span: span.grade.value)
    by_month = month_counts(rolls_of(of.spans, of.present, of.claimed), MONTHS)
    for counts in (*by_grade.values(), *by_month.values()):
        assert counts.claimed <= counts.attended <= counts.enrolled
        assert counts.never_attended >= 0
    assert sum(count.counted_here for count in by_grade.values()) == students
    assert sum(count.counted_here for count in by_month.values()) == students
    tallies = student_tallies(rolls_of(of.spans, of.present, of.claimed))
    assert len(tallies) == students
    assert all(tally.days_claimed <= tally.days_attended for tally in tallies.values())
    whole = head_counts(rolls_of(of.spans, of.present, of.claimed), lambda _: "all").get("all", HeadCount())
    assert whole.attended == sum(tally.days_attended > 0 for tally in tallies.values())
    assert whole.claimed == sum(tally.days_claimed > 0 for tally in tallies.values())


@settings(max_examples=50)
@given(schools())
def test_a_month_counts_who_was_enrolled_on_one_of_its_days(of: Given) -> None:
    for month, count in month_counts(rolls_of(of.spans, of.present, of.claimed), MONTHS).items():
        days = [(track, on) for track in "AB" for on, number in MONTHS[track].items() if number == month]
        enrolled = {
            span.student for span in of.spans for track, on in days if span.track == track and span.holds(on)
        }
        if month:
            assert count.enrolled == len(enrolled)


def test_who_was_enrolled_on_no_day_taught_is_in_no_month_and_in_the_school() -> None:
    away = EnrolledSpan("001", "C", Grade.G9, Programme.PARTNERSHIP, FIRST)
    of = rolls_of([away], {("001", FIRST)}, [])
    assert month_counts(of, MONTHS)[0] == HeadCount(1, 0, 0, 1)
    assert head_counts(of, lambda span: span.track) == {"C": HeadCount(1, 1, 0, 1)}
