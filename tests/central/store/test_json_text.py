"""What a JSON column says at a place, asked for as text."""

import pytest

from central.store.json_text import text_at
from central.store.models import Occurrence
from station.tap import Kind
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db


def test_words_switches_and_nothing_are_told_apart(small: SmallSchool) -> None:
    said: list[dict[str, object]] = [{"did": "outage"}, {"did": True}, {"did": None}, {"else": "outage"}, {}]
    for place, payload in enumerate(said):
        Occurrence.objects.create(
            station=small.station_101,
            epoch=1,
            sequence=place,
            kind=Kind.STAFF,
            payload=payload,
            earliest_at=at(MONDAY, "09:00"),
            latest_at=at(MONDAY, "09:00"),
        )
    rows = Occurrence.objects.alias(did=text_at("payload__did"))
    assert [row.sequence for row in rows.filter(did="outage")] == [0]
    assert [row.sequence for row in rows.filter(did="true")] == [1]
    assert 3 not in {row.sequence for row in rows.filter(did__isnull=False)}
    assert 4 not in {row.sequence for row in rows.filter(did__isnull=False)}
