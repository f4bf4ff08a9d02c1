"""SUN messages are verified by NXP's own vectors, and nothing that was changed passes."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from central.domain.proof import Proof, Reason
from central.proof import Judged, Known, Shown, SunKeys, judge, sun
from station import credential
from tests.fakes.proofs import FILE_KEY, META_KEY, TAG_UID, read, tag

VECTORS = json.loads(Path(__file__).with_name("an12196.json").read_text())
SCHOOL_KEY = bytes(range(32))
KEYS = SunKeys(META_KEY, FILE_KEY)
TOKEN = credential.token(SCHOOL_KEY, "uid", TAG_UID.hex())


def shown(evidence: str, token: bytes | None = TOKEN) -> Shown:
    return Shown(evidence, "st-r101", token, None, None, is_clock_trusted=False)


def judged(evidence: str, token: bytes | None = TOKEN, keys: SunKeys | None = KEYS) -> Judged:
    return judge(shown(evidence, token), Known(SCHOOL_KEY, None, keys, lambda _token: None))


def said(found: Judged) -> tuple[Proof, Reason | None]:
    return found.proof, found.reason


@pytest.mark.parametrize("vector", VECTORS["messages"], ids=lambda vector: vector["name"])
def test_the_published_messages_are_proven_step_by_step(vector: dict[str, str]) -> None:
    message = sun.parse(vector["query"])
    assert vector["covered"] in message.covered
    opened = sun.open_picc(message.picc, bytes.fromhex(vector["meta"]))
    assert opened == sun.Read(bytes.fromhex(vector["uid"]), int(vector["counter"]))
    key = bytes.fromhex(vector["file"])
    assert sun.session_key(key, opened).hex().upper() == vector["session"]
    assert sun.sdm_mac(key, opened, vector["covered"]).hex().upper() == vector["mac"]
    token = credential.token(SCHOOL_KEY, "uid", vector["uid"].lower())
    keys = SunKeys(bytes.fromhex(vector["meta"]), key)
    assert said(judged(f"sun.{vector['query']}", token, keys)) == (Proof.PROVEN, None)


@pytest.mark.parametrize("vector", VECTORS["codes"], ids=lambda vector: vector["name"])
def test_the_published_codes_come_out(vector: dict[str, str]) -> None:
    wanted = sun.Read(bytes.fromhex(vector["uid"]), int(vector["counter"]))
    if vector["picc"]:
        assert sun.open_picc(bytes.fromhex(vector["picc"]), bytes.fromhex(vector["meta"])) == wanted
    assert (
        sun.sdm_mac(bytes.fromhex(vector["file"]), wanted, vector["covered"]).hex().upper() == vector["mac"]
    )


def test_the_published_session_key_comes_out() -> None:
    vector = VECTORS["session"]
    was = sun.Read(bytes.fromhex(vector["uid"]), vector["counter"])
    assert sun.session_key(bytes.fromhex(vector["file"]), was).hex().upper() == vector["key"]


def test_the_published_derived_key_comes_out() -> None:
    vector = VECTORS["diversified"]
    key = sun.diversified(bytes.fromhex(vector["master"]), bytes.fromhex(vector["input"]))
    assert key.hex().upper() == vector["key"]


@pytest.mark.parametrize("size", [1, 7, 15, 16, 30, 31])
def test_a_key_is_derived_over_two_blocks_whatever_the_length(size: int) -> None:
    master, text = FILE_KEY, bytes(range(1, size + 1))
    # Written again from AN10922: pad to 32 bytes, mix K2 in where padded and K1 where not, encipher in CBC.
    whole = b"\x01" + text
    padded = whole if len(whole) == 32 else (whole + b"\x80").ljust(32, b"\x00")
    subkey = _subkey(master, 1 if len(whole) == 32 else 2)
    mixed = padded[:16] + bytes(a ^ b for a, b in zip(padded[16:], subkey, strict=True))
    encryptor = Cipher(AES(master), CBC(bytes(16))).encryptor()
    assert sun.diversified(master, text) == (encryptor.update(mixed) + encryptor.finalize())[16:]


def _subkey(key: bytes, times: int) -> bytes:
    encryptor = Cipher(AES(key), CBC(bytes(16))).encryptor()
    value = int.from_bytes(encryptor.update(bytes(16)) + encryptor.finalize(), "big")
    for _ in range(times):
        value = (value << 1 ^ (0x87 if value >> 127 else 0)) & (1 << 128) - 1
    return value.to_bytes(16, "big")


@pytest.mark.parametrize("size", [0, 32])
def test_no_key_is_derived_from_nothing_or_from_more_than_fits(size: int) -> None:
    with pytest.raises(ValueError, match="1 to 31 bytes"):
        sun.diversified(FILE_KEY, bytes(size))


@pytest.mark.parametrize("link", ["sun", "enc"])
def test_a_tag_proves_itself_whatever_its_code_covers(link: str) -> None:
    found = judged(read(tag(link=link)))
    assert said(found) == (Proof.PROVEN, None)
    assert (found.token, found.once) == (TOKEN, f"sun:{TOKEN.hex()}:1")


def test_a_tag_with_a_key_of_its_own_proves_itself_under_the_setting_alone() -> None:
    own = replace(KEYS, after_uid=b"")
    card = tag()
    card.file_key = sun.diversified(FILE_KEY, TAG_UID)
    assert said(judged(read(card), keys=own)) == (Proof.PROVEN, None)
    assert said(judged(read(card))) == (Proof.REFUTED, Reason.FORGED)


def test_no_digit_of_a_message_can_be_changed() -> None:
    evidence = read(tag(link="enc"))
    for at, character in enumerate(evidence):
        if character in "0123456789ABCDEF" and "=" in evidence[:at]:
            changed = evidence[:at] + ("0" if character != "0" else "1") + evidence[at + 1 :]
            assert judged(changed).proof is not Proof.PROVEN, at


def test_a_card_with_a_random_number_is_told_by_its_message_alone() -> None:
    found = judged(read(tag()), token=None)
    assert (found.proof, found.token) == (Proof.PROVEN, TOKEN)


def test_a_message_of_another_card_is_refuted() -> None:
    other = credential.token(SCHOOL_KEY, "uid", "04ffffffffffff")
    assert said(judged(read(tag()), token=other)) == (Proof.REFUTED, Reason.OTHER_CREDENTIAL)


def test_a_message_by_other_keys_is_refuted_and_tells_nobody() -> None:
    foreign = SunKeys(META_KEY, b"k" * 16)
    found = judged(read(tag()), token=None, keys=foreign)
    assert (said(found), found.token, found.once) == ((Proof.REFUTED, Reason.FORGED), None, "")
    assert said(judged(read(tag()), keys=SunKeys(b"k" * 16, FILE_KEY))) == (Proof.REFUTED, Reason.FORGED)


def test_without_keys_nothing_is_proven_and_nothing_refuted() -> None:
    assert said(judged(read(tag()), keys=None)) == (Proof.UNPROVEN, Reason.NO_KEY)


@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        (f"sun.p={'A' * 48}&c={'B' * 16}", Reason.UNSUPPORTED),
        ("sun.", Reason.UNREADABLE),
        (f"sun.p={'A' * 32}", Reason.UNREADABLE),
        (f"sun.p={'A' * 32}&c={'B' * 16}&c={'B' * 16}", Reason.UNREADABLE),
        (f"sun.p={'Ａ' * 32}&c={'B' * 16}", Reason.UNREADABLE),  # noqa: RUF001  letters that only look right
        (f"sun.p={'A' * 32}&c={'B' * 16}\n", Reason.UNREADABLE),
        ("hologram.abc", Reason.UNREADABLE),
    ],
)
def test_what_cannot_be_read_counts_like_a_bare_number(evidence: str, reason: Reason) -> None:
    assert said(judged(evidence)) == (Proof.UNPROVEN, reason)


def test_a_tag_without_a_counter_could_be_copied_unseen_and_proves_nothing() -> None:
    plain = bytes([0x87]) + TAG_UID + bytes(8)
    encryptor = Cipher(AES(META_KEY), CBC(bytes(16))).encryptor()
    picc = encryptor.update(plain) + encryptor.finalize()
    evidence = f"sun.p={picc.hex()}&c={'B' * 16}"
    assert said(judged(evidence)) == (Proof.UNPROVEN, Reason.UNSUPPORTED)


def test_a_bare_number_has_no_proof() -> None:
    assert judged("") == Judged(Proof.ABSENT)


def test_keys_do_not_show_themselves() -> None:
    assert META_KEY.decode() not in repr(KEYS)
    assert FILE_KEY.decode() not in repr(KEYS)
