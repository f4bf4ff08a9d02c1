"""The wallet: each phone keeps its key, and takes the certificate that was made for it."""

import base64
from pathlib import Path

import pytest

from station.reader.port import open_port
from station.simulator import phone
from station.simulator.wallet import Wallet, WalletError
from tests.fakes.simulator import DEADLINE_S, PractiseBench, practising

ID = bytes.fromhex("0123456789abcdef")
NOW_S = 1_790_000_000


@pytest.fixture
def wallet(tmp_path: Path) -> Wallet:
    drawn = iter(range(1, 200))
    return Wallet(tmp_path / "wallet", lambda size: bytes([next(drawn)]) * size)


def test_a_phone_keeps_its_key_and_its_certificate(wallet: Wallet, tmp_path: Path) -> None:
    made = wallet.new("ana")
    given = phone.certificate(ID, made.public_key, NOW_S)
    wallet.certify("ana", given.hex())
    found = Wallet(tmp_path / "wallet", bytes).phone("ana")
    assert (found.key, found.certificate) == (made.key, given)
    assert wallet.names() == ["ana"]
    assert oct((tmp_path / "wallet" / "ana.json").stat().st_mode & 0o777) == "0o600"
    assert oct((tmp_path / "wallet").stat().st_mode & 0o777) == "0o700"


def test_a_certificate_may_be_typed_as_base64_too(wallet: Wallet) -> None:
    given = phone.certificate(ID, wallet.new("ana").public_key, NOW_S)
    assert wallet.certify("ana", base64.urlsafe_b64encode(given).decode()).certificate == given
    assert wallet.certify("ana", base64.urlsafe_b64encode(given).decode().rstrip("=")).certificate == given


def test_two_phones_have_two_keys(wallet: Wallet) -> None:
    assert wallet.new("ana").public_key != wallet.new("ben").public_key


@pytest.mark.parametrize("text", ["", "00", "zz" * 118, "00" * 118, "é" * 158])
def test_what_is_no_certificate_of_this_phone_is_refused(text: str, wallet: Wallet) -> None:
    wallet.new("ana")
    with pytest.raises(WalletError, match="no certificate for the phone ana"):
        wallet.certify("ana", text)
    assert wallet.phone("ana").certificate is None


def test_the_certificate_of_another_phone_is_refused(wallet: Wallet) -> None:
    wallet.new("ana")
    other = phone.certificate(ID, wallet.new("ben").public_key, NOW_S)
    with pytest.raises(WalletError, match="no certificate for the phone ana"):
        wallet.certify("ana", other.hex())


@pytest.mark.parametrize("name", ["Ana", "../ana", "", "a" * 40, "0123456789abcdef", "abcdefabcdefabcd"])
def test_a_name_that_is_none_is_refused(name: str, wallet: Wallet) -> None:
    with pytest.raises(WalletError, match="no name for a phone"):
        wallet.new(name)


def test_a_phone_there_is_not_made_again_and_one_there_is_not_is_not_found(wallet: Wallet) -> None:
    wallet.new("ana")
    with pytest.raises(WalletError, match="give another name"):
        wallet.new("ana")
    with pytest.raises(WalletError, match="there are: ana"):
        wallet.phone("ben")


def test_a_file_that_is_no_phone_says_which(wallet: Wallet, tmp_path: Path) -> None:
    wallet.new("ana")
    (tmp_path / "wallet" / "ana.json").write_text("{}")
    with pytest.raises(WalletError, match=r"ana\.json: this is no phone"):
        wallet.phone("ana")


def _enrolled(bench: PractiseBench) -> bytes:
    """Do at the bench what a student and an office do together; return the certificate."""
    public = bytes.fromhex(str(bench.do("wallet new ana")["public_key"]))
    given = phone.certificate(ID, public, NOW_S)
    bench.do(f"wallet certify ana {given.hex()}")
    return given


def test_a_phone_enrolled_at_the_bench_is_laid_down_by_name_and_shows_its_code(tmp_path: Path) -> None:
    options = ["--link", str(tmp_path / "reader"), "--scanner-link", str(tmp_path / "scanner")]
    with practising(tmp_path, options=[*options, "--wallet", str(tmp_path / "wallet")]) as bench:
        assert "wallet new ana" in str(bench.type("put phone ana")["error"])
        _enrolled(bench)
        assert bench.do("put phone ana locked")["lying"] == 1
        assert bench.do("unlock")["phones"] == 1
        assert bench.do("wallet list")["phones"] == ["ana"]
        host = open_port(str(bench.scanner_link), 9600, DEADLINE_S)
        bench.do("scan qr ana")
        # 76 bytes are 114 letters, after the five that say what they are and before CR and LF.
        shown = host.read(5 + 114 + 2)
        host.close()
        assert (shown[:5], shown[-2:]) == (b"SC1Q:", b"\r\n")
        bench.do("wallet new ben")
        assert "no certificate yet" in str(bench.type("scan qr ben")["error"])
        assert bench.do("put phone ben")["lying"] == 1
        assert bench.do("remove")["lying"] == 0
        assert bench.do("lock")["phones"] == 0
