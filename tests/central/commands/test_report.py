"""The command `report` prints, writes, closes and supposes, and refuses what does not go together."""

import json
from datetime import UTC, datetime

import pytest

from central.errors import CentralError
from central.reports.pdf_signing import Certificate
from central.store.models import Decision, ReportSnapshot, School
from tests.central.commands.conftest import Central
from tests.fakes import school as schools
from tests.fakes.register import Register
from tests.fakes.signing_certificate import holds, self_signed

pytestmark = pytest.mark.django_db
P1 = ("p1", "--year", schools.YEAR, "--as-of", "2025-06-30")


@pytest.fixture
def office(central: Central) -> Central:
    """A central with the small school in it, forty certified days and a clock in its summer."""
    School.objects.all().delete()
    small = schools.build()
    Register(small).certified(small.algebra, small.ana, schools.taught("A")[:40])
    central.at = datetime(2025, 6, 30, 20, tzinfo=UTC)
    return central


@pytest.fixture
def throw_away(office: Central) -> Certificate:
    """A certificate made for this test."""
    return self_signed(office.folder / "admin.p12")


def test_every_kind_of_report_is_made_in_every_form(office: Central) -> None:
    for kind in ("p1", "p2", "annual", "monthly", "minutes", "chronic"):
        told = office.run("report", kind, *P1[1:], "--format", "json")
        assert json.loads(told), kind
        assert office.code in {0, 1}
        assert office.run("report", kind, *P1[1:], "--format", "csv").splitlines()[0].count(",") > 3
        assert len(office.run("report", kind, *P1[1:]).splitlines()) > 5


def test_a_report_and_its_proof_are_written_under_names_that_say_what_they_are(office: Central) -> None:
    office.run("report", *P1, "--out", office.folder / "out")
    assert sorted(path.name for path in (office.folder / "out").iterdir()) == [
        "P-1_2024-25_as-of_2025-06-30.txt",
        "P-1_2024-25_as-of_2025-06-30_findings.csv",
        "P-1_2024-25_as-of_2025-06-30_proof.csv",
    ]


def test_a_period_is_closed_revised_with_a_reason_and_shown_side_by_side(office: Central) -> None:
    told = office.run("report", *P1, "--close", "--as", "E007")
    assert "closed P-1 2024-25 as revision 1, original: 0.43 ADA" in told
    first = Decision.objects.filter(stage_to="certified").earliest("pk")
    Decision.objects.create(
        record=first.record,
        stage_from="certified",
        stage_to="certified",
        mark="absent",
        by=first.by,
        at=datetime(2025, 6, 30, 19, tzinfo=UTC),
        is_same_day=False,
        certification=first.certification,
        reason="a lent card",
    )
    with pytest.raises(CentralError, match="say why with --reason"):
        office.run("report", *P1, "--close", "--as", "E007")
    office.run("report", *P1, "--close", "--as", "E007", "--reason", "a lent card")
    audited = ("--edition", "audited", "--audited-on", "2025-06-29", "--reason", "confirmed")
    office.run("report", *P1, "--close", "--as", "E005", *audited)
    kept = json.loads(office.run("report", *P1, "--editions", "--format", "json"))["editions"]
    assert [(one["edition"], one["ada"], one["difference"]) for one in kept] == [
        ("original", "0.43", "0.00"),
        ("revised", "0.42", "-0.01"),
        ("audited", "0.42", "0.00"),
    ]
    assert "because: a lent card" in office.run("report", *P1, "--editions")


def test_a_supposition_is_printed_and_keeps_nothing(office: Central) -> None:
    told = office.run("report", *P1, "--what-if", "project=yes", "--what-if", "value=10000")
    assert told.startswith("WHAT-IF ***")
    assert office.code == 0
    assert not ReportSnapshot.objects.exists()


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--close"], "--close needs --as STAFF_NUMBER"),
        (["--close", "--as", "E007", "--what-if", "project=yes"], "a supposition cannot be closed"),
        (["--reason", "because"], "add --close"),
        (["--what-if", "snow=yes"], "it takes exclude-week"),
    ],
)
def test_options_that_do_not_go_together_are_refused(office: Central, more: list[str], says: str) -> None:
    with pytest.raises(CentralError, match=says):
        office.run("report", *P1, *more)


def test_only_periods_have_editions_and_suppositions(office: Central) -> None:
    for more in (["--editions"], ["--what-if", "project=yes"]):
        with pytest.raises(CentralError, match="of P-1, P-2 and Annual, not of chronic"):
            office.run("report", "chronic", *P1[1:], *more)
    with pytest.raises(CentralError, match="only P-1, P-2, Annual and the monthly report are closed"):
        office.run("report", "chronic", *P1[1:], "--close", "--as", "E007")


def test_a_report_is_written_as_a_paper_and_a_workbook_and_proven_by_its_file(office: Central) -> None:
    out = office.folder / "out"
    for form in ("pdf", "xlsx"):
        with pytest.raises(CentralError, match=f"{form} is no text to print"):
            office.run("report", *P1, "--format", form)
        office.run("report", *P1, "--format", form, "--out", out)
        file = out / f"P-1_2024-25_as-of_2025-06-30.{form}"
        assert "byte for byte" in office.run("report", *P1[:3], "--verify", file)
        assert office.code == 0
    office.run("report", *P1, "--format", "json", "--out", out)
    file = out / "P-1_2024-25_as-of_2025-06-30.json"
    file.write_text(file.read_text().replace('"ada": "0.43"', '"ada": "0.44"'))
    told = office.run("report", *P1[:3], "--verify", file)
    assert "total.ada: '0.44' in the file, '0.43' by the records" in told
    assert office.code == 1
    with pytest.raises(CentralError, match="writes nothing"):
        office.run("report", *P1, "--verify", file, "--out", out)
    with pytest.raises(CentralError, match="cannot be read"):
        office.run("report", *P1, "--verify", out / "nowhere.pdf")


def test_a_paper_is_signed_with_a_certificate_and_is_still_what_the_records_say(
    office: Central, throw_away: Certificate
) -> None:
    out, key = office.folder / "out", office.file("pass", throw_away.passphrase)
    signing = ("--sign-with", throw_away.file, "--sign-pass-file", key)
    key.chmod(0o600)
    with pytest.raises(CentralError, match="with --format pdf alone"):
        office.run("report", *P1, *signing)
    with pytest.raises(CentralError, match="go together"):
        office.run("report", *P1, "--format", "pdf", "--out", out, *signing[:2])
    office.run("report", *P1, "--format", "pdf", "--out", out, *signing)
    file = out / "P-1_2024-25_as-of_2025-06-30.pdf"
    assert holds(file.read_bytes())
    told = office.run("report", *P1[:3], "--verify", file)
    assert "byte for byte" in told
    assert "bytes follow it, as a digital signature does" in told
