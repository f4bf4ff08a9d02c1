"""A school whose central bears a certificate of its own authority: the card brings whom to trust."""

import tomllib
from pathlib import Path

import pytest

from provisioning.cli import main
from sync_agent import config
from tests.fakes.provisioning import Desk
from tests.fakes.server_certificate import make_certificate


def test_the_card_brings_the_authority_and_the_agent_trusts_it(desk: Desk) -> None:
    authority = Path(make_certificate(desk.folder / "tls", days=365).certificate)
    assert main([*desk.bundle_arguments("R101"), "--ca-file", str(authority)]) == 0
    assert main(["verify", str(desk.out / "st-r101")]) == 0
    bundle = desk.out / "st-r101/rollbook"
    assert (bundle / "server-ca.pem").read_bytes() == authority.read_bytes()
    # Where the installer puts the two side by side.
    (bundle / "station.key").touch(mode=0o600)
    assert config.read(bundle / "sync.toml").ca_file == bundle / "server-ca.pem"


def test_without_one_the_agent_trusts_the_public_authorities(desk: Desk) -> None:
    assert main(desk.bundle_arguments("R101")) == 0
    bundle = desk.out / "st-r101/rollbook"
    assert not (bundle / "server-ca.pem").exists()
    assert "ca_file" not in tomllib.loads((bundle / "sync.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("given", ["key.pem", "both.pem", "nothing.pem", "missing.pem"])
def test_what_is_no_certificate_or_holds_a_key_stays_off_the_card(
    desk: Desk, given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = desk.folder / "tls"
    make_certificate(folder, days=365)
    both = (folder / "cert.pem").read_bytes() + (folder / "key.pem").read_bytes()
    (folder / "both.pem").write_bytes(both)
    (folder / "nothing.pem").write_text("hello\n", encoding="ascii")
    assert main([*desk.bundle_arguments("R101"), "--ca-file", str(folder / given)]) == 78
    assert given in capsys.readouterr().err
    assert not desk.out.exists()
