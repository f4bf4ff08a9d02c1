"""Published: put a digital signature on a PDF with a certificate of a person or of the school."""

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from central.errors import CentralError

_FIELD: Final = "RollbookSignature"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A PKCS #12 file with a key and its certificate, and the passphrase it is kept under."""

    file: Path
    passphrase: str = field(repr=False)


def sign(data: bytes, certificate: Certificate, why: str) -> bytes:
    """Return a PDF with a signature appended; its own bytes stay as they are in front of it.

    Whatever is changed afterwards makes the signature invalid in any reader of PDF. Raises CentralError where
    pyHanko is not installed and for a file that holds no key under the passphrase.
    """
    try:
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign import signers
        from pyhanko.sign.fields import MDPPerm
    except ImportError as error:
        msg = "a digital signature needs the extra sign: install rollbook[central,sign], or sign by pen"
        raise CentralError(msg) from error
    signer = signers.SimpleSigner.load_pkcs12(  # type: ignore[no-untyped-call]  # pyHanko's own
        _readable(certificate.file), passphrase=certificate.passphrase.encode()
    )
    if signer is None:
        msg = (
            f"{certificate.file} holds no key that opens with this passphrase; name a PKCS #12 file (.p12) "
            "with its key and certificate"
        )
        raise CentralError(msg)
    signed = io.BytesIO()
    meta = signers.PdfSignatureMetadata(
        field_name=_FIELD,
        md_algorithm="sha256",
        reason=why,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(data)), meta, signer=signer, output=signed)
    return signed.getvalue()


def _readable(file: Path) -> str:
    """Return the path of a key nobody else may read; raises CentralError."""
    try:
        mode = file.stat().st_mode & 0o777
    except OSError as error:
        msg = f"{file} cannot be read ({error.strerror}); name the file of the certificate"
        raise CentralError(msg) from error
    if mode & 0o077:
        msg = f"{file}: others may read this key (mode {mode:04o}); run chmod 600 on it"
        raise CentralError(msg)
    return str(file)
