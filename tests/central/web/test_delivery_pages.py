"""The pages of deliveries: how far each class is, why a record was reopened, and one record's whole way."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from pytest_django import DjangoAssertNumQueries

from central.store.models import AttendanceRecord, Viewing
from central.store.queries.deliveries import of_record
from central.web import clock
from central.work.delivery_state import DeliveryCounts, counts
from tests.central.web.test_pages import sign_in
from tests.fakes.school import MONDAY
from tests.powerschool import full_school
from tests.powerschool.bench import EVENING, Bench, certified_class

pytestmark = pytest.mark.django_db
DAYS = f"since={MONDAY}&until={MONDAY}"


@pytest.fixture(autouse=True)
def evening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: EVENING)
    cache.clear()


@pytest.fixture
def drifted(tmp_path: Path) -> Iterator[Bench]:
    """Deliver a class; let somebody there change Ana's row and remove Ben's."""
    with certified_class(tmp_path) as bench:
        bench.run()
        bench.sis.tables.edit(bench.key_of("Ana"), "A", by="4711")
        bench.sis.tables.remove(bench.key_of("Ben"))
        bench.run()
        yield bench


def test_the_list_shows_how_far_each_class_is_and_what_was_reopened_with_its_reason(drifted: Bench) -> None:
    client = sign_in(drifted.small.staff["clerk"])
    page = client.get(f"/deliveries/?{DAYS}").content.decode()
    assert "Algebra 1" in page
    assert "state=reopened" in page
    assert "Soto" not in page
    shown = client.get(f"/deliveries/?{DAYS}&state=reopened").content.decode()
    assert "read back as A: changed there by 4711" in shown
    assert "read back as missing: it was removed there" in shown
    assert "Soto, Ana" in shown
    assert "Soto, Chloe" not in shown
    assert Viewing.objects.filter(page="deliveries").count() == 2
    client.cookies["django_language"] = "es"
    spanish = client.get(f"/deliveries/?{DAYS}&state=reopened").content.decode()
    assert "leído allí como A: allí lo cambió 4711" in spanish
    assert "al leerlo allí falta" in spanish


def test_a_records_way_tells_each_sending_and_each_decision(drifted: Bench) -> None:
    drifted.run(again=True)
    record = AttendanceRecord.objects.get(student=drifted.small.ana)
    page = sign_in(drifted.small.staff["admin"]).get(f"/deliveries/{record.pk}/").content.decode()
    assert "changed there by 4711" in page
    assert page.count("first confirmed") == 2
    assert Viewing.objects.get(page="delivery").student == drifted.small.ana
    assert [each.state for each in of_record(record.pk)] == ["reopened", "confirmed"]


def test_programs_read_the_same(drifted: Bench) -> None:
    client = sign_in(drifted.small.staff["leader"])
    told = client.get(f"/api/v1/deliveries?{DAYS}").json()
    assert told["counts"] == {"waiting": 0, "sent": 0, "unknown": 0, "confirmed": 1, "reopened": 2}
    reopened = client.get(f"/api/v1/deliveries?{DAYS}&state=reopened").json()
    assert {one["says"].split(":")[0] for one in reopened["records"]} == {
        "read back as A",
        "read back as missing",
    }
    way = client.get(f"/api/v1/deliveries/{reopened['records'][0]['id']}").json()
    assert [one["state"] for one in way["sendings"]] == ["reopened"]
    school, year = drifted.small.school, drifted.small.year
    assert counts(year, MONDAY) == counts(school, MONDAY) == DeliveryCounts(confirmed=1, reopened=2)
    assert counts(school, MONDAY).total == 3


@pytest.mark.parametrize("query", ["state=lost", "since=yesterday", "until=2024-13-01"])
def test_a_wrong_address_is_a_wrong_address(drifted: Bench, query: str) -> None:
    assert sign_in(drifted.small.staff["clerk"]).get(f"/deliveries/?{query}").status_code == 404


def test_a_long_list_costs_no_more_than_a_short_one(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    full = full_school.build(40, 2)
    client = sign_in(full.teacher.school.staff.get(role="clerk"))
    for state in ("", "&state=waiting"):
        with django_assert_max_num_queries(12):
            page = client.get(f"/deliveries/?since={full.days[0]}&until={full.days[-1]}{state}")
        assert page.status_code == 200
    assert "Page 1 of 4" in page.content.decode()
