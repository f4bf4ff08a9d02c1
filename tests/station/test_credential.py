import pytest

from station.credential import canonical_em, canonical_idm, canonical_uid, token

KEY = bytes(range(32))


def test_a_token_is_what_openssl_computes_for_the_same_card() -> None:
    # printf 'uid:04a1b2c3d4e5f6' | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102...1f
    assert token(KEY, "uid", "04a1b2c3d4e5f6").hex() == "ab860a9c3444ebf7a16d315fb118146d"


def test_the_same_number_read_by_another_technology_is_another_token() -> None:
    assert token(KEY, "uid", "0a1b2c3d4e") != token(KEY, "em", "0a1b2c3d4e")


def test_another_school_key_gives_another_token() -> None:
    assert token(KEY, "uid", "04a1b2c3") != token(bytes(32), "uid", "04a1b2c3")


@pytest.mark.parametrize("raw", ["04a1b2c3", "04a1b2c3d4e5f6", "04a1b2c3d4e5f6a7b8c9", "08a1b2c3d4e5f6"])
def test_a_card_with_a_number_of_its_own_is_known_by_it(raw: str) -> None:
    assert canonical_uid(bytes.fromhex(raw)) == raw


@pytest.mark.parametrize("raw", ["08a1b2c3", "", "04", "04a1b2c3d4", "00000000"])
def test_a_number_that_is_drawn_anew_or_is_none_identifies_nobody(raw: str) -> None:
    assert canonical_uid(bytes.fromhex(raw)) is None


def test_a_felica_number_identifies_unless_it_is_drawn_anew() -> None:
    assert canonical_idm(bytes.fromhex("0123456789abcdef")) == "0123456789abcdef"
    assert canonical_idm(bytes.fromhex("01fe456789abcdef")) is None
    assert canonical_idm(bytes(8)) is None
    assert canonical_idm(bytes(7)) is None


def test_a_125_khz_number_has_five_bytes() -> None:
    assert canonical_em(bytes.fromhex("0A1B2C3D4E")) == "0a1b2c3d4e"
    assert canonical_em(bytes(5)) is None
    assert canonical_em(bytes.fromhex("0a1b2c3d")) is None
