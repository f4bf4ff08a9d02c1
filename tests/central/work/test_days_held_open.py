"""A station's school day stays open while a tap that may be of it waits for a person."""

from datetime import datetime
from pathlib import Path

import pytest

from central.store.evidence import Evidence
from central.store.models import Tap, TimeDecision
from central.work.project import retime
from tests.fakes.certified_school import TUESDAY, WEDNESDAY, CertifiedSchool
from tests.fakes.data_folder import ACK_KEY
from tests.fakes.school import MONDAY, at

pytestmark = pytest.mark.django_db
EVENING = at(TUESDAY, "20:00")


@pytest.fixture
def school(tmp_path: Path) -> CertifiedSchool:
    return CertifiedSchool(tmp_path / "central")


def rebooted_unheard(school: CertifiedSchool) -> Tap:
    """Let a boot of Monday end before it was in touch, with a tap in it; return the tap once it came in."""
    school.live()
    school.room.reboot(at(MONDAY, "16:30"))
    ana = school.small.token(school.small.ana)
    school.room.tap(at(MONDAY, "16:35"), ana)
    school.room.reboot(at(TUESDAY, "06:00"))
    school.live(TUESDAY, until="08:00", taps=())
    school.catch_up(at(TUESDAY, "08:30"))
    return Tap.objects.order_by("-sequence")[0]


def decide(school: CertifiedSchool, tap: Tap, first: datetime, last: datetime) -> None:
    TimeDecision.objects.create(
        station=school.small.station_101,
        epoch=tap.epoch,
        sequence=tap.sequence,
        earliest_at=first,
        latest_at=last,
        by=school.small.clerk,
        at=EVENING,
        reason="the teacher's paper roll",
    )
    retime(Evidence(school.config.evidence), ACK_KEY.verify_key, "st-r101", tap.epoch)


@pytest.mark.invariant(24, 31, 34)
def test_a_day_stays_open_while_a_tap_behind_its_last_entry_may_be_of_it_until_a_person_says(
    school: CertifiedSchool,
) -> None:
    tap = rebooted_unheard(school)
    assert (tap.time_quality, tap.on) == ("R", None)
    school.certify(at(TUESDAY, "08:30"))
    assert school.certificate().ranges[0].last_seq < tap.sequence
    assert school.certificate().why == (
        "1 taps of entries after these may be of this day, and nobody has decided",
    )
    decide(school, tap, at(MONDAY, "16:30"), at(MONDAY, "16:40"))
    school.certify(EVENING)
    assert school.certificate().state == "closed"


@pytest.mark.invariant(24, 31)
def test_a_decision_that_proofs_have_overtaken_closes_no_day(school: CertifiedSchool) -> None:
    tap = rebooted_unheard(school)
    decide(school, tap, at(WEDNESDAY, "08:20"), at(WEDNESDAY, "08:30"))
    school.certify(EVENING)
    tap.refresh_from_db()
    assert (tap.on, tap.outcome) == (None, Tap.Outcome.TIME_REVIEW)
    assert school.certificate().state == "open"
    school.live(TUESDAY, since="08:15", taps=())
    school.live(WEDNESDAY, until="07:00", taps=())
    school.certify(at(WEDNESDAY, "07:30"))
    assert school.certificate(TUESDAY).why == (
        "1 taps have no certain time, and nobody has decided about them",
    )
