"""What holds of requests to the state whatever they ask for: nothing is credited that was not approved."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from central.domain.closure import RequestDay, RequestKind, RequestState, StateRequest
from central.domain.school import LeaKind
from central.law.emergency import credit, days_of_attendance_credited, divisor_calendars
from tests.fakes.school_days import calendar_of, some_weekdays

FIRST = date(2025, 8, 11)
TAUGHT = some_weekdays(40, FIRST + timedelta(days=28))
CALENDAR = calendar_of(TAUGHT)
days = st.builds(
    RequestDay,
    track=st.sampled_from("AB"),
    on=st.integers(0, 27).map(lambda n: FIRST + timedelta(days=n)),
    minutes=st.integers(0, 400),
    normal=st.integers(0, 50_000).map(lambda n: Fraction(n, 100)),
    attended=st.integers(0, 500),
)
requests_made = st.lists(
    st.builds(
        StateRequest,
        request=st.just("J1"),
        kind=st.sampled_from(list(RequestKind)),
        cause=st.just("fire"),
        days=st.lists(days, max_size=6).map(tuple),
        state=st.sampled_from(list(RequestState)),
        is_emergency_declared=st.booleans(),
    ),
    max_size=6,
)


@settings(max_examples=50)
@given(asked=requests_made)
def test_only_approved_requests_are_in_what_may_be_certified(asked: list[StateRequest]) -> None:
    approved = [request for request in asked if request.state is RequestState.APPROVED]
    assert credit(asked, "A").as_filed == credit(approved, "A").if_approved
    assert (
        days_of_attendance_credited(asked, "A").as_filed
        == days_of_attendance_credited(approved, "A").if_approved
    )


@settings(max_examples=50)
@given(asked=requests_made)
def test_what_may_come_is_never_less_than_what_is_there(asked: list[StateRequest]) -> None:
    seen, net = credit(asked, "A"), days_of_attendance_credited(asked, "A")
    assert seen.as_filed.days <= seen.if_approved.days
    assert seen.as_filed.minutes <= seen.if_approved.minutes
    assert 0 <= net.as_filed <= net.if_approved


@settings(max_examples=50)
@given(asked=requests_made)
def test_the_same_request_twice_is_credited_once(asked: list[StateRequest]) -> None:
    assert credit([*asked, *asked], "A") == credit(asked, "A")
    assert days_of_attendance_credited([*asked, *asked], "A") == days_of_attendance_credited(asked, "A")


@settings(max_examples=50)
@given(asked=requests_made)
def test_the_order_of_requests_does_not_matter(asked: list[StateRequest]) -> None:
    turned = list(reversed(asked))
    assert credit(turned, "A") == credit(asked, "A")
    assert days_of_attendance_credited(turned, "A") == days_of_attendance_credited(asked, "A")


@settings(max_examples=50)
@given(asked=requests_made)
def test_every_denial_leaves_nothing(asked: list[StateRequest]) -> None:
    denied = [replace(request, state=RequestState.DENIED) for request in asked]
    assert not credit(denied, "A").if_approved.days
    assert credit(denied, "A").if_approved.minutes == 0
    assert days_of_attendance_credited(denied, "A").if_approved == 0


@settings(max_examples=50)
@given(asked=requests_made, kind=st.sampled_from(list(LeaKind)))
def test_a_divisor_is_never_shorter_for_what_is_not_approved(
    asked: list[StateRequest], kind: LeaKind
) -> None:
    closed = [FIRST + timedelta(days=n) for n in range(28)]
    seen = divisor_calendars(kind, CALENDAR, closed, asked)
    assert seen.as_filed.days_taught >= seen.if_approved.days_taught >= CALENDAR.days_taught
    weekdays = {on for on in closed if on.weekday() < 5}
    granted = credit(asked, "A").as_filed.days
    owed = set() if kind is LeaKind.CHARTER else weekdays - granted
    assert seen.as_filed.days_taught == CALENDAR.days_taught | owed
