"""On PostgreSQL one transaction at a time writes a school's records, and JSON stays as it was written."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection, connections, transaction

from central.cli import _is_busy
from central.store.models import AuditEvent, School
from tests.fakes import school as schools
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="the records are in a file"),
]


@contextmanager
def somebody_writing() -> Iterator[None]:
    """Have another connection in the middle of a transaction that has written nothing yet."""
    has_begun, may_end = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            has_begun.set()
            may_end.wait(60)
        connections.close_all()

    other = threading.Thread(target=hold)
    other.start()
    assert has_begun.wait(60)
    try:
        yield
    finally:
        may_end.set()
        other.join(60)


def impatient() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '100ms'")


def test_nobody_writes_while_another_is_in_a_transaction_and_readers_wait_for_nobody(
    small: SmallSchool,
) -> None:
    impatient()
    with somebody_writing():
        assert School.objects.get().code == small.school.code
        for write in (
            lambda: School.objects.update(name="other"),
            lambda: AuditEvent.objects.create(
                at=at(MONDAY, "09:00"), by="it", verb="x", subject="", detail={}
            ),
            small.ana.save,
        ):
            with pytest.raises(OperationalError) as refused:
                write()
            assert _is_busy(refused.value)
        with pytest.raises(OperationalError), transaction.atomic():
            pytest.fail("a second transaction began")
    # The refused ones left the connection as it was.
    assert School.objects.update(name="other") == 1
    assert School.objects.get().name == "other"


def test_a_failed_single_statement_leaves_no_lock_behind(small: SmallSchool) -> None:
    with pytest.raises(Exception, match="duplicate key"):
        School.objects.create(pk=small.school.pk, code="x", name="y")
    with connection.cursor() as cursor:
        # Other databases of this server have locks of their own.
        here = "SELECT oid FROM pg_database WHERE datname = current_database()"
        cursor.execute(f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = ({here})")  # noqa: S608  our own words
        assert cursor.fetchone() == (0,)


def test_json_stays_as_it_was_written_and_can_be_asked_for() -> None:
    schools.build()
    told = {"b": 1, "a": {"z": [1.0, None], "y": "\u0000é"}, "did": "outage"}
    AuditEvent.objects.create(at=at(MONDAY, "09:00"), by="it", verb="told", subject="", detail=told)
    (kept,) = AuditEvent.objects.filter(verb="told")
    assert list(kept.detail) == list(told)
    assert kept.detail == told
    plain = {"did": "outage", "a": 1}
    AuditEvent.objects.create(at=at(MONDAY, "09:00"), by="it", verb="plain", subject="", detail=plain)
    found = AuditEvent.objects.filter(verb="plain")
    assert found.filter(detail__did="outage", detail__a=1).exists()
    assert found.filter(detail={"a": 1, "did": "outage"}).exists()
    assert not found.filter(detail__did="other").exists()
