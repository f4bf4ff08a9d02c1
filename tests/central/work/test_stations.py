"""The stations at a glance: what each was last heard of."""

from datetime import timedelta
from pathlib import Path

import pytest

from central.store.evidence import Evidence
from central.work.stations import SILENT_AFTER, glance
from tests.fakes import school as schools
from tests.fakes.evidence_file import TRIP_MS, EvidenceFile, JournallingStation
from tests.fakes.school import MONDAY, at

pytestmark = pytest.mark.django_db


def test_a_station_is_silent_until_heard_of_and_again_after_half_an_hour(tmp_path: Path) -> None:
    small = schools.build()
    file = EvidenceFile(tmp_path)
    sent_at = at(MONDAY, "08:31")
    heard_at = sent_at + timedelta(milliseconds=TRIP_MS)
    station = JournallingStation(small.station_101.code, at(MONDAY, "08:00"))
    station.tap(at(MONDAY, "08:30"), small.token(small.ana))
    file.receive(station.exchange(sent_at))

    lines = glance(small.school, heard_at + SILENT_AFTER, Evidence(file.path))
    heard, unheard = lines
    assert (heard.station, heard.is_silent) == (small.station_101, False)
    assert heard.contact is not None
    assert heard.contact.at == heard_at
    assert (unheard.station, unheard.contact, unheard.is_silent) == (small.station_102, None, True)

    later = heard_at + SILENT_AFTER + timedelta(milliseconds=1)
    assert glance(small.school, later, Evidence(file.path))[0].is_silent


def test_before_the_first_batch_nobody_was_heard_of(tmp_path: Path) -> None:
    small = schools.build()
    lines = glance(small.school, at(MONDAY, "09:00"), Evidence(tmp_path / "evidence.sqlite"))
    assert [line.contact for line in lines] == [None, None]
