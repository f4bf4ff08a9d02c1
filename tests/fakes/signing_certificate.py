"""A throw-away certificate to sign papers with, and whether a signature on one holds."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext

from central.reports.pdf_signing import Certificate

_PASSPHRASE = "never used again"  # noqa: S105  of a certificate made for one test


def self_signed(file: Path) -> Certificate:
    """Make a key and a certificate that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Administrator of Cedar Charter")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.KeyUsage(*[at in {0, 1} for at in range(9)]), critical=True)
        .sign(key, hashes.SHA256())
    )
    locked = BestAvailableEncryption(_PASSPHRASE.encode())
    file.write_bytes(pkcs12.serialize_key_and_certificates(b"admin", key, made, None, locked))
    file.chmod(0o600)
    return Certificate(file, _PASSPHRASE)


def holds(data: bytes) -> bool:
    """Tell whether a PDF's signature is intact and covers all of it, by pyHanko's validation."""
    try:
        (found,) = PdfFileReader(io.BytesIO(data)).embedded_signatures
        context = ValidationContext(trust_roots=[found.signer_cert])
        status = validate_pdf_signature(found, context)
    except (PdfReadError, SignatureValidationError, ValueError, TypeError, KeyError, IndexError):
        return False
    return bool(status.bottom_line)
