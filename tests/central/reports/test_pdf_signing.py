"""A PDF signed with a certificate proves itself to a reader of PDF, and one byte changed is found."""

import sys
from pathlib import Path

import pytest

from central.errors import CentralError
from central.reports.document import write
from central.reports.document_parts import Heading, Text
from central.reports.pdf_signing import Certificate, sign
from tests.fakes.signing_certificate import holds, self_signed

PAPER = write([Heading("P-1 2024-25", 1), Text("0.43 ADA")], footer="Cedar Charter")


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return self_signed(tmp_path / "admin.p12")


def test_a_signed_paper_validates_and_any_byte_changed_makes_it_invalid(certificate: Certificate) -> None:
    signed = sign(PAPER, certificate, "report p1 2024-25")
    assert signed.startswith(PAPER)
    assert holds(signed)
    for place in (200, len(PAPER) // 2, len(PAPER) - 40):
        changed = bytearray(signed)
        changed[place] ^= 1
        assert not holds(bytes(changed)), place


def test_what_cannot_sign_says_so(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CentralError, match="holds no key that opens"):
        sign(PAPER, Certificate(certificate.file, "another"), "why")
    with pytest.raises(CentralError, match="cannot be read"):
        sign(PAPER, Certificate(Path("/nowhere.p12"), ""), "why")
    certificate.file.chmod(0o644)
    with pytest.raises(CentralError, match="others may read this key"):
        sign(PAPER, certificate, "why")
    certificate.file.chmod(0o600)
    assert certificate.passphrase not in repr(certificate)
    monkeypatch.setitem(sys.modules, "pyhanko.sign", None)
    with pytest.raises(CentralError, match=r"install rollbook\[central,sign\]"):
        sign(PAPER, certificate, "why")
