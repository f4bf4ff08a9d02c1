"""Whatever did not prove itself is told: to the teacher at the class, and to whoever signs the report."""

from pathlib import Path

import pytest
from django.test import Client

from central.domain.finding import Severity
from central.domain.proof import SAYS, TELLS_ITS_NUMBER, Reason
from central.reports import proof_findings, render_trail
from central.reports.audit_trail import trace
from central.store.evidence import Evidence
from central.store.models import AttendanceRecord, Tap
from central.web import clock
from central.work import review
from tests.fakes import proofs
from tests.fakes.evidence_file import EvidenceFile
from tests.fakes.proof_day import EVENING, build, one_tap, run
from tests.fakes.proofs import lay_keys, read, tag
from tests.fakes.school import MONDAY, SmallSchool, give_login

pytestmark = pytest.mark.django_db
FORGED, NO_KEY = SAYS[Reason.FORGED], SAYS[Reason.NO_KEY]
SESSION = f"/class/ALG1-01/{MONDAY}/"


@pytest.fixture
def small() -> SmallSchool:
    return build()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return lay_keys(tmp_path / "keys")


@pytest.fixture
def evidence(tmp_path: Path) -> EvidenceFile:
    return EvidenceFile(tmp_path)


def forged() -> str:
    card = tag()
    card.file_key = b"somebody's guess"
    return read(card)


def page(small: SmallSchool, monkeypatch: pytest.MonkeyPatch, language: str = "en") -> str:
    monkeypatch.setattr(clock, "now", lambda: EVENING)
    client = Client()
    client.force_login(give_login(small.teacher))
    return client.get(SESSION, headers={"Accept-Language": language}).content.decode()


def findings() -> list[tuple[str, Severity]]:
    return [(found.says, found.severity) for found in proof_findings.find(Tap.objects.all())]


def test_a_teacher_sees_whose_a_refuted_tap_claims_to_be_and_may_still_enter_the_student(
    small: SmallSchool, evidence: EvidenceFile, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_tap(small, evidence, "08:25", proofs.tag_token(), forged())
    run(evidence, folder)
    (found,) = review.refuted(small.algebra, MONDAY)
    assert (found.student, found.says) == (small.ana, FORGED)
    assert small.ana in review.needed(small.algebra, MONDAY)
    shown = page(small, monkeypatch)
    assert "Taps that do not count by themselves (1)" in shown
    assert FORGED in shown
    assert findings() == [(f"1 tap refuted: {FORGED}", Severity.WARNING)]


def test_a_trace_of_the_students_day_says_what_the_tap_did_not_prove(
    small: SmallSchool, evidence: EvidenceFile, folder: Path
) -> None:
    one_tap(small, evidence, "08:25", proofs.tag_token(), forged())
    run(evidence, folder)
    trail = trace(small.ana, MONDAY, Evidence(evidence.path))
    shown = " ".join(render_trail.render(trail).split())
    assert f"what the card or phone left is refuted: {FORGED}" in shown


def test_it_is_told_in_spanish_too(
    small: SmallSchool, evidence: EvidenceFile, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_tap(small, evidence, "08:25", None, forged())
    run(evidence, folder)
    shown = page(small, monkeypatch, "es")
    assert "su prueba no se hizo con la clave de la tarjeta" in shown
    assert "una tarjeta que no se sabe de quién es" in shown


def test_a_refuted_tap_that_claims_another_classes_student_is_left_to_that_class(
    small: SmallSchool, evidence: EvidenceFile, folder: Path
) -> None:
    one_tap(small, evidence, "08:25", small.token(small.dan), forged())
    run(evidence, folder)
    assert review.refuted(small.algebra, MONDAY) == []


def test_what_counts_like_a_bare_number_is_told_beside_the_record(
    small: SmallSchool, evidence: EvidenceFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_tap(small, evidence, "08:25", proofs.tag_token(), read(tag()))
    run(evidence, lay_keys(tmp_path / "without", with_tags=False))
    (line,) = review.inbox(small.algebra, MONDAY)
    assert (line.record.student, line.doubts) == (small.ana, (NO_KEY,))
    assert NO_KEY in page(small, monkeypatch)
    assert findings() == [(f"1 tap unproven: {NO_KEY}", Severity.NOTICE)]


def test_a_card_that_tells_its_number_to_anybody_counts_and_is_told_of(
    small: SmallSchool, evidence: EvidenceFile, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_tap(small, evidence, "08:25", proofs.tag_token(), "", sun_plain=1)
    run(evidence, folder)
    (line,) = review.inbox(small.algebra, MONDAY)
    assert line.doubts == (TELLS_ITS_NUMBER,)
    assert TELLS_ITS_NUMBER in page(small, monkeypatch)
    assert findings() == [(f"1 tap: {TELLS_ITS_NUMBER}", Severity.NOTICE)]


def test_what_is_proven_or_a_bare_number_is_no_finding(
    small: SmallSchool, evidence: EvidenceFile, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_tap(small, evidence, "08:25", proofs.tag_token(), read(tag()))
    run(evidence, folder)
    assert AttendanceRecord.objects.count() == 1
    assert findings() == []
    assert [line.doubts for line in review.inbox(small.algebra, MONDAY)] == [()]
    assert "do not count by themselves" not in page(small, monkeypatch)
