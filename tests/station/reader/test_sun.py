"""What a station keeps of an NTAG 424 DNA's message: the enciphered part, to the letter, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.reader import Credential, Reason, sun

FIXED = bytes.fromhex("04DE5F1EACC040")
RANDOM = bytes.fromhex("08A1B2C3")

# NXP AN12196, pages 12 and 18: the addresses as the tags give them.
AN12196 = [
    ("ntag.nxp.com/424?", "e=EF963FF7828658A599F3041510671E88&c=94EED9EE65337086"),
    (
        "www.my424dna.com/?",
        "picc_data=FD91EC264309878BE6345CBE53BADF40&enc=CEE9A53E3E463EF1F459635736738962&cmac=ECC1E7F6C6C73BF6",
    ),
]
PLAIN = [
    "id.example.org/t?uid=04DE5F1EACC040&ctr=000006&cmac=4B00064004B0B3D3",
    "id.example.org/t?m=04de5f1eacc040x000006",
    "id.example.org/04DE5F1EACC040?cmac=4B00064004B0B3D3",
]
# What a tag gives whose address was laid out for enciphered data, but which mirrors in the open.
FILLED_UP = [
    f"id.example.org/t?e=04DE5F1EACC040{18 * '0'}&c=94EED9EE65337086",
    f"id.example.org/t?e=04de5f1eacc040000006{12 * '0'}&c=94EED9EE65337086",
    f"id.example.org/t?e={16 * 'AB'}&enc=04DE5F1EACC040{18 * '0'}&c=94EED9EE65337086",
]
NO_MESSAGE = [
    "example.org/",
    "example.org/?page=2",
    "example.org/?e=EF963FF7828658A599F3041510671E88",
    "example.org/?c=94EED9EE65337086&e=EF963FF7828658A599F3041510671E88",
    f"example.org/?e={24 * 'AB'}&c=94EED9EE65337086",
    f"example.org/?name=Ana&e={16 * 'AB'}&c=94EED9EE65337086",
    f"example.org/?e={16 * 'AB'}&c=94EED9EE65337086#anchor",
    f"example.org/?e={16 * 'AB'}&x=AB&c=94EED9EE65337086",
    f"example.org/?e={16 * 'XY'}&c=94EED9EE65337086",
    f"example.org/?e1={16 * 'AB'}&c=94EED9EE65337086",
]


def _file(url: str, *, head: str = "d101", kind: str = "55") -> bytes:
    """Return an NDEF file of one short record with an address that begins with https://."""
    payload = b"\x04" + url.encode()
    record = bytes.fromhex(head) + bytes([len(payload)]) + bytes.fromhex(kind) + payload
    return (len(record).to_bytes(2, "big") + record).ljust(sun.READ_BYTES, b"\x00")


@pytest.mark.parametrize(("address", "query"), AN12196)
def test_the_published_addresses_are_kept_as_their_query_alone(address: str, query: str) -> None:
    expected = Credential("uid", "04de5f1eacc040", "iso-dep", 2, f"sun.{query}")
    assert sun.credential(FIXED, _file(address + query)) == expected


@pytest.mark.parametrize(("address", "query"), AN12196)
def test_a_tag_whose_number_changes_is_known_by_its_message_alone(address: str, query: str) -> None:
    expected = Credential("sun", "", "iso-dep", 2, f"sun.{query}")
    assert sun.credential(RANDOM, _file(address + query)) == expected


@pytest.mark.parametrize("url", PLAIN)
def test_a_message_with_the_open_number_is_dropped_and_the_number_read_otherwise_stays(url: str) -> None:
    expected = Credential("uid", "04de5f1eacc040", "iso-dep", 1, None, "sun_plain")
    assert sun.credential(FIXED, _file(url)) == expected
    assert sun.credential(RANDOM, _file(url)) is Reason.PLAIN_MIRROR


@pytest.mark.parametrize("url", FILLED_UP)
def test_an_open_number_in_the_place_of_enciphered_data_is_dropped_too(url: str) -> None:
    expected = Credential("uid", "04de5f1eacc040", "iso-dep", 1, None, "sun_plain")
    assert sun.credential(FIXED, _file(url)) == expected
    assert sun.credential(RANDOM, _file(url)) is Reason.PLAIN_MIRROR


def test_a_mirrored_number_that_is_not_the_card_s_own_names_nobody() -> None:
    other = bytes.fromhex("041E3C8A2D6B80")
    assert [sun.credential(other, _file(url)) for url in PLAIN] == 3 * [Reason.FOREIGN]


@pytest.mark.parametrize("url", NO_MESSAGE)
def test_any_other_address_is_a_card_of_others(url: str) -> None:
    assert sun.credential(FIXED, _file(url)) is Reason.FOREIGN
    assert sun.credential(RANDOM, _file(url)) is Reason.FOREIGN


@pytest.mark.parametrize("uid", ["11223344", "04A1B2C3D4E580112233", "00000000000000", ""])
def test_a_card_that_cannot_be_such_a_tag_is_none_whatever_it_says(uid: str) -> None:
    file = _file("".join(AN12196[0]))
    assert sun.credential(bytes.fromhex(uid), file) is Reason.FOREIGN


def test_a_long_record_and_one_with_an_id_are_read_too() -> None:
    address = "".join(AN12196[0])
    payload = b"\x04" + address.encode()
    record = bytes.fromhex("c101") + len(payload).to_bytes(4, "big") + b"U" + payload
    with_id = bytes.fromhex("d901") + bytes([len(payload), 2]) + b"U" + b"id" + payload
    for found in (record, with_id):
        assert isinstance(sun.credential(FIXED, len(found).to_bytes(2, "big") + found), Credential)


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"\x00",
        bytes(251),
        bytes.fromhex("ffff") + _file("".join(AN12196[0]))[2:],
        _file("".join(AN12196[0]))[:60],
        _file("".join(AN12196[0]), kind="54"),
        _file("".join(AN12196[0]), head="d201"),
        bytes.fromhex("0007d101ff5504ab"),
    ],
    ids=["nothing", "one byte", "empty", "huge", "cut off", "text", "media", "longer than it is"],
)
def test_a_file_without_a_whole_address_is_a_card_of_others(file: bytes) -> None:
    assert sun.credential(FIXED, file) is Reason.FOREIGN


@given(st.sampled_from([FIXED, RANDOM]), st.binary(max_size=300))
def test_no_file_is_too_odd_to_be_judged(uid: bytes, file: bytes) -> None:
    found = sun.credential(uid, file)
    assert isinstance(found, Reason) or found.evidence is None or len(found.evidence) <= sun.EVIDENCE_CHARS


@given(st.text("0123456789abcdefABCDEF=&_xu", max_size=120))
def test_no_evidence_ever_holds_the_card_s_own_number(query: str) -> None:
    for url in (f"example.org/?{query}", f"example.org/?{query}&uid=04DE5F1EACC040&c=94EED9EE65337086"):
        found = sun.credential(FIXED, _file(url))
        if isinstance(found, Credential):
            assert found.evidence is None or "04de5f1eacc040" not in found.evidence.lower()
