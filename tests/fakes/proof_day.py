"""A Monday in the small school on which Ana's card and Ben's phone prove themselves."""

from datetime import datetime
from pathlib import Path

from central.store.evidence import Evidence
from central.store.models import (
    AttendanceRecord,
    Credential,
    ProjectorPosition,
    StationTimeline,
    Student,
    Tap,
)
from central.work.project import project
from central.work.prove import Prover
from central.work.resolve import resolve
from tests.fakes import proofs
from tests.fakes import school as schools
from tests.fakes.evidence_file import SERVER_KEY, EvidenceFile, JournallingStation, SentBatch
from tests.fakes.proofs import certified
from tests.fakes.school import MONDAY, SmallSchool, at

EARLY, EVENING = at(MONDAY, "06:00"), at(MONDAY, "18:00")


def build() -> SmallSchool:
    """Build the school and hand the two credentials out."""
    school = schools.build()
    give(school.ana, proofs.tag_token())
    give(school.ben, proofs.phone_token(), kind="sc1", device_key=PHONE.public_key.hex())
    return school


def forget() -> None:
    """Throw away all that was read from the evidence."""
    for model in (Tap, StationTimeline, ProjectorPosition):
        model.objects.all().delete()


def seconds(clock: str) -> int:
    return round(at(MONDAY, clock).timestamp())


PHONE = certified(seconds("08:00"))


def give(student: Student, token: bytes, kind: str = "uid", device_key: str = "") -> Credential:
    return Credential.objects.create(
        school=student.school,
        student=student,
        token=token,
        key_id=schools.KEY_ID,
        kind=kind,
        device_key=device_key,
        since=schools.SUMMER[0],
    )


def sent(station: JournallingStation, clock: str) -> SentBatch:
    """Return what a station sends at a time, after an exchange that proves the time just before."""
    return station.exchange(at(MONDAY, clock))


def run(evidence: EvidenceFile, folder: Path | None) -> None:
    project(Evidence(evidence.path), SERVER_KEY.verify_key, Prover(folder))
    resolve(EVENING)


def room(small: SmallSchool, number: int = 101, booted: datetime = EARLY) -> JournallingStation:
    return JournallingStation(small.station_101.code if number == 101 else small.station_102.code, booted)


def one_tap(
    small: SmallSchool, evidence: EvidenceFile, clock: str, token: bytes | None, left: str, **flags: int
) -> None:
    """Let one card be shown in Algebra's room between two exchanges."""
    station = room(small)
    evidence.receive(sent(station, "08:00"))
    station.tap(at(MONDAY, clock), token, left, **flags)
    evidence.receive(sent(station, "10:20"), sent(station, "10:21"))


def told(**where: object) -> tuple[str, str, str]:
    found = Tap.objects.get(**where)
    return found.proof, found.proof_reason, found.outcome


def whose() -> list[str]:
    standing = AttendanceRecord.objects.exclude(stage=AttendanceRecord.Stage.REMOVED)
    return sorted(standing.values_list("student__given_name", flat=True))


def everything() -> list[dict[str, object]]:
    """Return all that was derived, without the numbers rows happen to have."""
    fields = (
        "station_id sequence proof proof_reason once token is_token_derived outcome record__student".split()
    )
    return list(Tap.objects.order_by("station_id", "sequence").values(*fields))
