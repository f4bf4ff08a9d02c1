"""The emulated chip does what the manual says, and cuts its frames out of any noise."""

from hypothesis import given
from hypothesis import strategies as st

from station.simulator.cards import Felica, MifareClassic, Ntag213
from station.simulator.chip import Answer, Chip
from station.simulator.field import Field
from station.simulator.frames import Command, Unframer, answer
from station.simulator.isodep import bank_card

UID = bytes.fromhex("04a1b2c3d4e580")


def _chip(*cards: Ntag213 | MifareClassic | Felica) -> Chip:
    field = Field()
    for card in cards:
        field.add(card)
    return Chip(field)


def _host_frame(code: int, data: bytes) -> bytes:
    """Return the frame a host sends, computed the long way round: every sum must come out as zero."""
    body = bytes([0xD4, code]) + data
    if len(body) < 256:
        head = bytes([len(body), (256 - len(body)) % 256])
    else:
        head = b"\xff\xff" + len(body).to_bytes(2, "big")
        head += bytes([(-head[2] - head[3]) % 256])
    return b"\x00\x00\xff" + head + body + bytes([(-sum(body)) % 256, 0x00])


COMMANDS = st.tuples(st.integers(0, 255), st.binary(max_size=262))
NOISE = st.binary(max_size=12).map(lambda data: data.replace(b"\xff", b"\xfe"))


@given(st.lists(st.tuples(NOISE, COMMANDS), max_size=5), st.integers(1, 64))
def test_every_command_between_noise_is_heard(
    stream: list[tuple[bytes, tuple[int, bytes]]], size: int
) -> None:
    data = b"".join(noise + _host_frame(*command) for noise, command in stream)
    unframer = Unframer()
    heard = [command for at in range(0, len(data), size) for command in unframer.feed(data[at : at + size])]
    assert heard == [Command(code, data) for _, (code, data) in stream]


@given(COMMANDS, st.data())
def test_a_damaged_command_is_not_heard_as_another(command: tuple[int, bytes], draw: st.DataObject) -> None:
    frame = bytearray(_host_frame(*command))
    at = draw.draw(st.integers(3, len(frame) - 2))
    frame[at] ^= draw.draw(st.integers(1, 255))
    heard = Unframer().feed(bytes(frame) + bytes(300))
    assert Command(command[0], command[1]) not in heard


def test_an_acknowledgement_of_the_host_is_no_command() -> None:
    assert Unframer().feed(bytes.fromhex("0000ff00ff00")) == [Command(None)]


def test_a_long_answer_uses_the_long_frame() -> None:
    assert answer(0x00, bytes(262))[:8].hex() == "0000ffffff0108f7"
    assert answer(0x02, bytes.fromhex("32010607")).hex() == "0000ff06fad50332010607e800"


def test_listing_tells_the_card_with_the_lowest_number_first() -> None:
    chip = _chip(MifareClassic(bytes.fromhex("82acb95d")), Ntag213(UID))
    one, two = chip.execute(0x4A, b"\x01\x00"), chip.execute(0x4A, b"\x02\x00")
    assert one == Answer(bytes.fromhex("0101004400 07") + UID)
    assert two == Answer(bytes.fromhex("0201004400 07") + UID + bytes.fromhex("02000408 0482acb95d"))


def test_a_card_asked_for_by_its_number_answers_alone() -> None:
    chip = _chip(MifareClassic(bytes.fromhex("82acb95d")), Ntag213(UID))
    assert chip.execute(0x4A, b"\x01\x00" + bytes.fromhex("82acb95d")) == Answer(
        bytes.fromhex("0101000408 0482acb95d")
    )
    assert chip.execute(0x4A, b"\x01\x00\x88" + UID) == Answer(bytes.fromhex("0101004400 07") + UID)
    assert chip.execute(0x4A, b"\x01\x00" + bytes.fromhex("11223344")) == Answer(b"\x00")


def test_the_request_left_in_the_fifo_tells_that_nothing_answered() -> None:
    assert _chip().execute(0x06, b"\x63\x39") == Answer(b"\x26")
    assert _chip(Ntag213(UID)).execute(0x06, b"\x63\x39") != Answer(b"\x26")


def test_with_its_own_crc_check_off_the_chip_hands_the_crc_over() -> None:
    chip = _chip(Ntag213(UID))
    chip.execute(0x4A, b"\x01\x00")
    version = bytes.fromhex("0004040201000f03")
    assert chip.execute(0x42, b"\x60") == Answer(b"\x00" + version)
    chip.execute(0x08, bytes.fromhex("630300"))
    assert chip.execute(0x42, b"\x60") == Answer(b"\x00" + version + bytes.fromhex("8091"))


def test_a_card_put_to_sleep_by_the_search_for_a_second_hears_nothing() -> None:
    chip = _chip(Ntag213(UID))
    chip.execute(0x4A, b"\x02\x00")
    silence = chip.execute(0x42, b"\x60")
    assert silence is not None
    assert silence.data == b"\x01"
    assert silence.wait_s > 0


def test_a_silent_card_costs_the_time_the_host_has_set() -> None:
    chip = _chip(MifareClassic(bytes.fromhex("82acb95d")))
    chip.execute(0x4A, b"\x01\x00")
    for index, seconds in ((1, 0.0001), (8, 0.0128), (11, 0.1024)):
        chip.execute(0x32, bytes([0x02, 0x0A, 0x0B, index]))
        assert chip.execute(0x42, b"\x60") == Answer(b"\x01", seconds)


def test_felica_cards_answer_their_own_listing_only() -> None:
    chip = _chip(Felica(bytes.fromhex("0112ab3c4d5e0120")))
    assert chip.execute(0x4A, b"\x01\x00") == Answer(b"\x00")
    listed = chip.execute(0x4A, bytes.fromhex("0101 00ffff0100"))
    assert listed == Answer(bytes.fromhex("01011401 0112ab3c4d5e0120 0120220427674eff 8008"))
    assert chip.execute(0x4A, bytes.fromhex("0101 0012fc0100")) == Answer(b"\x00")


def test_the_field_s_end_ends_every_card_s_session() -> None:
    field = Field()
    card = bank_card(bytes.fromhex("4a1b2c3d"))
    field.put(card)
    chip = Chip(field)
    chip.execute(0x4A, b"\x01\x00")
    chip.execute(0x32, b"\x01\x02")
    assert chip.execute(0x42, b"\xe0\x80") == Answer(b"\x01", 0.0512)


def test_what_the_manual_does_not_know_is_an_error() -> None:
    assert _chip().execute(0xEE, b"") is None
    assert _chip().execute(0x10, b"\x63") is None
