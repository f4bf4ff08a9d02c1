"""A school's settings: each from a day on, the last word for a day counts, and nothing outside the list."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from central.errors import CentralError, RefusedError
from central.store.models import AttendanceRecord, SchoolPolicy, Tap
from central.work.policies import Choice, Policies, choose, value
from central.work.policy import Policy
from central.work.resolve import resolve
from central.work.school_settings import SETTINGS
from central.work.tap_policy import tap_policy
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
NOW = at(MONDAY, "12:00")
DAYS = [MONDAY + timedelta(days=offset) for offset in range(12)]


def decide(small: SmallSchool, name: str, text: str, since: date = MONDAY) -> None:
    choose(Choice(name, text, since, "the board said so"), small.leader, NOW)


def test_before_anybody_decides_the_procedures_figures_hold(small: SmallSchool) -> None:
    assert tap_policy(small.school)(MONDAY) == Policy()
    assert all(setting.says.endswith(".") for setting in SETTINGS)


def test_a_setting_on_taps_holds_from_its_day_on_and_days_before_keep_theirs(small: SmallSchool) -> None:
    decide(small, "tardy_after_minutes", "5", MONDAY)
    on = tap_policy(small.school)
    assert on(MONDAY - timedelta(days=1)).tardy_after == timedelta(minutes=15)
    assert on(MONDAY).tardy_after == timedelta(minutes=5)


@given(
    written=st.lists(st.tuples(st.sampled_from(DAYS), st.integers(0, 120)), max_size=8),
    asked=st.sampled_from(DAYS),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_holds_is_the_last_word_of_the_latest_day_begun(
    small: SmallSchool, written: list[tuple[date, int]], asked: date
) -> None:
    SchoolPolicy.objects.all()._raw_delete("default")
    for since, minutes in written:
        decide(small, "early_before_minutes", str(minutes), since)
    begun = {since: minutes for since, minutes in written if since <= asked}
    expected = begun[max(begun)] if begun else 15
    assert value(small.school, "early_before_minutes", asked) == expected
    assert SchoolPolicy.objects.count() == len(written)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tardy_after_minutes", "121"),
        ("tardy_after_minutes", "-1"),
        ("tardy_after_minutes", "soon"),
        ("tardy_after_minutes", ""),
        ("absent_days_in_a_row", "0"),
        ("check_in_on_closures", "perhaps"),
        ("remote_check_in", "ALG1-01, XYZ"),
        ("remote_check_in", " "),
        ("no_such_setting", "1"),
    ],
)
def test_what_is_outside_the_limits_is_refused_and_nothing_written(
    small: SmallSchool, name: str, text: str
) -> None:
    with pytest.raises(CentralError):
        decide(small, name, text)
    assert not SchoolPolicy.objects.exists()


def test_only_the_leader_and_the_admin_decide_and_only_with_a_reason(small: SmallSchool) -> None:
    for name in ("teacher", "paraeducator", "clerk", "it", "auditor"):
        with pytest.raises(RefusedError, match="may not change settings"):
            choose(Choice("tardy_after_minutes", "5", MONDAY, "because"), small.staff[name], NOW)
    with pytest.raises(RefusedError, match="needs a reason"):
        choose(Choice("tardy_after_minutes", "5", MONDAY, " "), small.admin, NOW)


def test_a_setting_about_classes_names_them_by_their_codes(small: SmallSchool) -> None:
    decide(small, "remote_check_in", "ENG1-01,ALG1-01", MONDAY)
    decide(small, "remote_check_in", "none", MONDAY + timedelta(days=1))
    policies = Policies.of(small.school)
    assert policies.text("remote_check_in", MONDAY) == "ALG1-01, ENG1-01"
    assert policies.holds_for("remote_check_in", small.algebra, MONDAY)
    assert not policies.holds_for("remote_check_in", small.algebra, MONDAY + timedelta(days=1))


def test_a_tap_is_late_by_the_rule_of_its_own_day(small: SmallSchool) -> None:
    decide(small, "tardy_after_minutes", "5", MONDAY)
    for number, on in enumerate((MONDAY - timedelta(days=3), MONDAY)):
        moment = at(on, "08:38")
        Tap.objects.create(
            school=small.school,
            station=small.station_101,
            server_sequence=1,
            position=number,
            epoch=1,
            sequence=number,
            leaf=number.to_bytes(32, "big"),
            token=small.token(small.ana),
            reader="r1",
            earliest_at=moment,
            latest_at=moment,
            time_quality="T1",
            on=on,
        )
    resolve(NOW)
    late = AttendanceRecord.objects.order_by("on").values_list("on", "is_tardy")
    assert list(late) == [(MONDAY - timedelta(days=3), False), (MONDAY, True)]
