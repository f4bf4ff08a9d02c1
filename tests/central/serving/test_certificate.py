"""A certificate that is renewed is shown from then on, without a restart."""

import logging
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from central.serving.certificate import Certificate
from central.work.health import ends_at
from tests.fakes.server_certificate import make_certificate


def shown(context: ssl.SSLContext) -> datetime:
    """Return when the certificate ends that a browser is shown, by a real handshake in memory."""
    asks = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    asks.check_hostname, asks.verify_mode = False, ssl.CERT_NONE
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = context.wrap_bio(to_server, to_client, server_side=True)
    client = asks.wrap_bio(to_client, to_server)
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    found = client.getpeercert(binary_form=True)
    assert found
    return x509.load_der_x509_certificate(found).not_valid_after_utc


def test_a_renewed_certificate_is_shown_to_whoever_comes_next(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    config = make_certificate(tmp_path, days=30)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(config.certificate, config.key)
    certificate = Certificate(config, context)
    assert not certificate.look()
    assert shown(context) == ends_at(Path(config.certificate)) == datetime(2026, 1, 31, tzinfo=UTC)

    make_certificate(tmp_path, days=120)
    assert certificate.look()
    assert shown(context) == datetime(2026, 5, 1, tzinfo=UTC)
    assert "certificate.taken until=2026-05-01" in caplog.text
    assert not certificate.look()


def test_files_that_do_not_belong_together_leave_what_was_shown(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = make_certificate(tmp_path, days=30)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(config.certificate, config.key)
    certificate = Certificate(config, context)
    old_key = (tmp_path / "key.pem").read_bytes()
    make_certificate(tmp_path, days=120)
    new_key = (tmp_path / "key.pem").read_bytes()
    # Between two copies: the certificate is there, its key is not yet.
    (tmp_path / "key.pem").write_bytes(old_key)
    assert not certificate.look()
    assert shown(context) == datetime(2026, 1, 31, tzinfo=UTC)
    assert "certificate.not-taken" in caplog.text
    (tmp_path / "key.pem").unlink()
    assert not certificate.look()
    (tmp_path / "key.pem").write_bytes(new_key)
    assert certificate.look()
    assert shown(context) == datetime(2026, 5, 1, tzinfo=UTC)
