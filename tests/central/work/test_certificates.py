"""A station's school day is closed once everything about it is said, and said again when that changes."""

from datetime import timedelta
from pathlib import Path

import pytest

from central.auditor.checkpoint import open_text
from central.store.models import Credential, StationCertificate, StationDoubt, Tap
from central.work import tree
from central.work.certificates import Certified, certify_days, newest
from central.work.school_certificates import newest as of_school
from station.tap import Kind
from sync_agent import merkle
from sync_agent.certificate import open_certificate
from sync_agent.signed_text import SignedText
from tests.fakes.certified_school import TUESDAY, WEDNESDAY, CertifiedSchool
from tests.fakes.data_folder import ACK_KEY
from tests.fakes.evidence_file import JournallingStation, SentBatch
from tests.fakes.school import MONDAY, at

pytestmark = pytest.mark.django_db
NIGHT = at(TUESDAY, "00:10")
MORNING = at(TUESDAY, "07:30")
EVENING = at(TUESDAY, "20:00")


@pytest.fixture
def school(tmp_path: Path) -> CertifiedSchool:
    return CertifiedSchool(tmp_path / "central")


def through_tuesday_morning(school: CertifiedSchool) -> None:
    school.live()
    school.live(TUESDAY, until="07:00", taps=())


@pytest.mark.invariant(31)
def test_a_day_is_closed_once_the_station_was_heard_after_it(school: CertifiedSchool) -> None:
    school.live()
    school.certify(NIGHT)
    assert school.certificate().why == ("nothing was heard of the station since the day ended",)
    school.live(TUESDAY, until="07:00", taps=())
    school.certify(MORNING)
    found = school.certificate()
    assert (found.state, found.revision, found.told.taps, found.told.dispositions) == (
        "closed",
        2,
        1,
        {"recorded": 1},
    )
    assert (found.told.time_quality, found.told.silences) == ({"T1": 1}, ())
    assert 580 <= found.told.alive_minutes <= 600


def test_nothing_new_is_no_new_revision(school: CertifiedSchool) -> None:
    through_tuesday_morning(school)
    assert school.certify(MORNING) == Certified(1, 1)
    assert school.certify(MORNING + timedelta(minutes=5)) == Certified(0, 0)


def test_a_day_that_is_not_over_at_the_school_is_not_certified(school: CertifiedSchool) -> None:
    school.live()
    # Past midnight in UTC, and still Monday where the school is.
    school.certify(at(MONDAY, "23:50"))
    assert newest("st-r101") == {}


def test_ranges_meet_without_a_hole_and_each_certificate_names_the_one_before(
    school: CertifiedSchool,
) -> None:
    school.live()
    school.live(TUESDAY)
    school.live(WEDNESDAY)
    school.live(WEDNESDAY + timedelta(days=1), until="07:00")
    school.certify(at(WEDNESDAY + timedelta(days=1), "08:00"))
    monday, tuesday, wednesday = newest("st-r101").values()
    assert [each.certificate.state for each in (monday, tuesday, wednesday)] == ["closed"] * 3
    assert monday.certificate.ranges[0].first_seq == 1
    for before, after in ((monday, tuesday), (tuesday, wednesday)):
        assert after.certificate.ranges[0].first_seq == before.certificate.ranges[0].last_seq + 1
        assert after.certificate.prev == before.signed.sha256
    assert monday.certificate.prev is None


def test_what_comes_in_days_later_is_certified_for_the_days_it_was_written_on(
    school: CertifiedSchool,
) -> None:
    school.live(until="10:00")
    late = [school.room.exchange(at(MONDAY, "10:01"))]
    school.evidence.receive(*late)
    # From here on the station is offline, and lives.
    kept = school.evidence.receive
    sent: list[SentBatch] = []
    school.evidence.receive = lambda *batches: sent.extend(batches)  # type: ignore[method-assign]  # held back
    school.live(since="10:15", taps=["10:20"])
    school.live(TUESDAY, taps=["08:31"])
    school.live(WEDNESDAY, until="07:00", taps=())
    school.certify(at(WEDNESDAY, "00:30"))
    assert [each.certificate.entries > 0 for each in newest("st-r101").values()] == [True, False]
    before = {on: each.signed.sha256 for on, each in newest("st-r101").items()}
    kept(*sent)
    school.certify(at(WEDNESDAY, "07:30"))
    monday, tuesday = newest("st-r101").values()
    assert (monday.certificate.told.taps, tuesday.certificate.told.taps) == (2, 1)
    assert (monday.certificate.revision, tuesday.certificate.revision) == (2, 2)
    assert monday.certificate.replaces == before[MONDAY]
    assert tuesday.certificate.replaces == before[TUESDAY]


def test_a_late_decision_makes_a_new_revision_and_a_new_leaf(school: CertifiedSchool) -> None:
    Credential.objects.filter(student=school.small.ana).delete()
    through_tuesday_morning(school)
    school.certify(MORNING)
    before = school.certificate()
    assert before.told.dispositions == {"unknown-credential": 1}
    assert len(tree.leaves()) == 1
    Tap.objects.update(outcome=Tap.Outcome.RECORDED)
    assert school.certify(EVENING) == Certified(1, 1)
    assert school.certificate().told.dispositions == {"recorded": 1}
    assert school.certificate().ranges == before.ranges
    assert len(tree.leaves()) == 2


@pytest.mark.invariant(24, 31)
@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"outcome": Tap.Outcome.DOUBTED_STATION}, "1 taps wait to be judged"),
        ({"time_quality": "R"}, "1 taps have no certain time, and nobody has decided about them"),
        ({"time_quality": "X"}, "1 taps have no certain time, and nobody has decided about them"),
    ],
)
def test_a_day_stays_open_while_a_tap_waits_for_a_person(
    school: CertifiedSchool, changed: dict[str, str], why: str
) -> None:
    through_tuesday_morning(school)
    school.catch_up(MORNING)
    Tap.objects.update(**changed)
    certify_days(school.config, MORNING)
    assert school.certificate().why == (why,)


@pytest.mark.invariant(31)
def test_a_day_stays_open_while_the_records_have_not_read_all_of_it(school: CertifiedSchool) -> None:
    through_tuesday_morning(school)
    certify_days(school.config, MORNING)
    found = school.certificate()
    assert found.why == (f"{found.entries} entries are not read yet",)
    school.certify(MORNING)
    assert school.certificate().state == "closed"


@pytest.mark.invariant(31)
def test_a_day_stays_open_while_the_station_is_in_doubt(school: CertifiedSchool) -> None:
    through_tuesday_morning(school)
    doubt = StationDoubt.objects.create(
        station=school.small.station_101,
        reason="clone",
        quarantine_id=1,
        epoch=1,
        since_at=at(MONDAY, "09:00"),
    )
    school.certify(MORNING)
    assert school.certificate().state == "open"
    doubt.cleared_at = MORNING
    doubt.save()
    school.certify(MORNING)
    assert (school.certificate().state, school.certificate().revision) == ("closed", 2)


def test_a_station_that_lived_too_shortly_leaves_its_day_open_and_its_silence_is_told(
    school: CertifiedSchool,
) -> None:
    school.live(until="08:30")
    school.live(TUESDAY, since="06:30", until="07:00", taps=())
    school.certify(MORNING)
    found = school.certificate()
    assert len(found.why) == 1
    assert found.why[0].startswith("the station was alive for 1")
    ((since, until),) = found.told.silences
    # From the last sign of life to the last bell of the day.
    assert since.startswith("2024-09-09T15:30")
    assert until == "2024-09-09T19:00:00.000Z"


def test_a_station_nobody_heard_of_is_silent_in_the_school_s_certificate(school: CertifiedSchool) -> None:
    school.certify(NIGHT)
    found = school.certificate()
    assert (found.entries, found.state) == (0, "open")
    day = of_school(school.small.school)[MONDAY].certificate
    assert (list(day.silent), day.state) == (["st-r101"], "open")


def test_entries_of_a_new_epoch_are_certified_beside_the_old_one_s(school: CertifiedSchool) -> None:
    school.live(until="10:00")
    school.room = JournallingStation("st-r101", at(MONDAY, "10:05"), epoch=99, server_key=ACK_KEY)
    school.live(since="10:05", taps=["11:00"])
    school.live(TUESDAY, until="07:00", taps=())
    school.certify(MORNING)
    old, new = school.certificate().ranges
    assert (new.epoch, new.first_seq) == (99, 1)
    assert old.epoch != 99
    assert school.certificate().told.taps == 2


def test_what_a_station_declares_lost_stands_in_its_certificate(school: CertifiedSchool) -> None:
    school.live(until="09:00")
    school.room.write(at(MONDAY, "09:05"), Kind.GAP, {"lost": 3, "why": "disk-full"})
    school.live(since="09:10", taps=())
    school.live(TUESDAY, until="07:00", taps=())
    school.certify(MORNING)
    (gap,) = school.certificate().told.gaps
    assert (gap["kind"], gap["lost"]) == ("gap", 3)


def test_what_is_published_is_signed_and_the_newest_unsigned_day_is_awaited(school: CertifiedSchool) -> None:
    school.live()
    school.live(TUESDAY)
    school.live(WEDNESDAY, until="07:00", taps=())
    school.certify(at(WEDNESDAY, "08:00"))
    folder = school.config.data / "certificates" / "st-r101"
    assert (folder / "awaits.txt").read_text() == "2024-09-10\n"
    signed = SignedText.of((folder / "2024-09-09.json").read_bytes())
    assert open_certificate(signed.signed, ACK_KEY.verify_key) == newest("st-r101")[MONDAY].certificate
    (folder / "2024-09-09.json").unlink()
    school.certify(at(WEDNESDAY, "08:01"))
    assert (folder / "2024-09-09.json").exists()


def test_the_head_of_the_log_is_published_and_grows(school: CertifiedSchool) -> None:
    through_tuesday_morning(school)
    school.certify(NIGHT)
    text = (school.config.data / "checkpoint.txt").read_text()
    head = open_text(text, school.small.school.code, ACK_KEY.verify_key)
    assert head == tree.head(school.small.school, tree.leaves())
    assert head.size == 1
    school.live(TUESDAY, since="07:15")
    school.certify(at(WEDNESDAY, "00:30"))
    grown = tree.leaves()
    now = open_text((school.config.data / "checkpoint.txt").read_text(), head.school, ACK_KEY.verify_key)
    assert (head.size, now.size) == (1, 2)
    assert merkle.is_consistent(1, head.root, 2, now.root, merkle.consistency(grown, 1))


def test_a_certified_entry_never_leaves_its_day(school: CertifiedSchool) -> None:
    through_tuesday_morning(school)
    school.certify(MORNING)
    before = school.certificate().ranges
    school.live(TUESDAY, since="07:15")
    school.certify(at(WEDNESDAY, "00:30"))
    assert school.certificate().ranges == before
    assert StationCertificate.objects.filter(on=MONDAY).count() == 1
