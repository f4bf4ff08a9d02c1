"""The unmodified nfcpy driver opens the emulated chip and reads its cards, byte for byte as recorded."""

from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import TypeVar

import nfc
import nfc.clf.pn532
import nfc.clf.transport
import nfc.tag
import pytest

from station.reader import pn532
from station.reader.port import open_port
from station.simulator import phone
from tests.fakes.simulator import PractiseBench

GOLDEN = Path(__file__).parent / "golden" / "nfcpy.txt"
ACK = "0000ff00ff00"
PATIENCE_MS = 5000
SELECT = (0x00, 0xA4, 0x04, 0x00)
PROVE = (0x80, 0x5A, 0x01, 0x00)

T = TypeVar("T")


def _recorded(section: str) -> list[str]:
    text = GOLDEN.read_text(encoding="ascii").partition(f"[{section}]\n")[2]
    return _merged(text.partition("\n\n")[0].splitlines())


def _merged(lines: list[str]) -> list[str]:
    """Join what one side said in a row: where a write ends is not to be seen on a line.

    The host's acknowledgements are left out: whether one is heard hangs on when the speed is changed.
    """
    said = [line.split() for line in lines]
    heard = [(who, data.replace(ACK, "") if who == ">>>" else data) for who, data in said]
    turns = groupby((turn for turn in heard if turn[1]), key=lambda turn: turn[0])
    return [f"{who} {''.join(data for _, data in group)}" for who, group in turns]


class PatientLine(nfc.clf.transport.TTY):  # type: ignore[misc]  # nfcpy has no types
    """The driver's own line, on a machine where another process may be given its turn first."""

    def read(self, timeout: float) -> bytearray:
        """Wait for an answer that is late; the driver would give up after a tenth of a second."""
        answer: bytearray = super().read(max(timeout, PATIENCE_MS))
        return answer


def _traced(bench: PractiseBench, act: Callable[[], T]) -> tuple[T, list[str]]:
    """Do something with the driver and return what went over the line meanwhile."""
    bench.trace()
    return act(), _merged(bench.trace())


def _open(bench: PractiseBench) -> tuple[nfc.ContactlessFrontend, list[str]]:
    def init() -> object:
        bench.do("power-cut")
        transport = PatientLine(str(bench.link))
        try:
            return nfc.clf.pn532.init(transport)
        except OSError:
            transport.close()
            raise

    clf = nfc.ContactlessFrontend()
    clf.device, trace = _traced(bench, init)
    return clf, trace


@pytest.fixture
def clf(bench: PractiseBench) -> Iterator[nfc.ContactlessFrontend]:
    opened, _ = _open(bench)
    yield opened
    opened.close()


def test_opening_says_what_was_recorded(bench: PractiseBench) -> None:
    clf, trace = _open(bench)
    clf.device.chipset.transport.close()
    assert trace == _recorded("open")


def test_our_own_opening_begins_with_the_three_exchanges_logged_on_hardware(bench: PractiseBench) -> None:
    def bring_up() -> None:
        bench.do("power-cut")
        port = open_port(str(bench.link), 115200, 0.1)
        try:
            assert pn532.bring_up(port, 921600, lambda _seconds: None) == 115200
        finally:
            port.close()

    _, trace = _traced(bench, bring_up)
    recorded = _recorded("open")
    assert trace[:6] == recorded[:6]
    assert bench.do("status")["baud"] == 921600


def test_an_empty_field_is_sensed_as_recorded(bench: PractiseBench, clf: nfc.ContactlessFrontend) -> None:
    found, trace = _traced(bench, lambda: clf.sense(nfc.clf.RemoteTarget("106A")))
    assert found is None
    assert trace == _recorded("sense nothing")


def test_a_sticker_is_sensed_and_activated_as_recorded(
    bench: PractiseBench, clf: nfc.ContactlessFrontend
) -> None:
    bench.do("put ntag 04A1B2C3D4E580")
    target, trace = _traced(bench, lambda: clf.sense(nfc.clf.RemoteTarget("106A")))
    assert (target.sdd_res.hex(), target.sens_res.hex()) == ("04a1b2c3d4e580", "4400")
    assert trace == _recorded("sense ntag")
    tag, trace = _traced(bench, lambda: nfc.tag.activate(clf, target))
    assert trace == _recorded("activate ntag")
    assert tag.product == "NXP NTAG213"
    assert tag.is_present


def test_a_felica_card_is_sensed_as_recorded(bench: PractiseBench, clf: nfc.ContactlessFrontend) -> None:
    bench.do("put felica 01120312AB3C4D5E")
    target, trace = _traced(bench, lambda: clf.sense(nfc.clf.RemoteTarget("212F")))
    assert target.sensf_res[1:9].hex() == "01120312ab3c4d5e"
    assert trace == _recorded("sense felica")


def test_the_driver_s_own_close_is_as_recorded(bench: PractiseBench) -> None:
    clf, _ = _open(bench)
    bench.trace()
    clf.close()
    assert _merged(bench.trace()) == _recorded("close")


def _activated(
    bench: PractiseBench, clf: nfc.ContactlessFrontend, card: str, brty: str = "106A"
) -> nfc.tag.Tag:
    bench.do(f"put {card}")
    target, _ = _traced(bench, lambda: clf.sense(nfc.clf.RemoteTarget(brty)))
    assert target is not None
    return nfc.tag.activate(clf, target)


def _status(tag: nfc.tag.Tag, name: bytes) -> int:
    """Return the status word a card answers the selection of an application with."""
    try:
        tag.send_apdu(*SELECT, data=name, mrl=256)
    except nfc.tag.tt4.Type4TagCommandError as refusal:
        return int(refusal.errno)
    return 0x9000


def test_a_phone_speaks_iso_dep_with_the_driver_s_own_tag(
    bench: PractiseBench, clf: nfc.ContactlessFrontend
) -> None:
    tag = _activated(bench, clf, "phone 0123456789abcdef")
    assert tag.identifier[0] == 0x08
    assert tag.type == "Type4Tag"
    assert _status(tag, phone.AID) == 0x9000
    proof = tag.send_apdu(*PROVE, data=bytes(28), mrl=256)
    assert (len(proof), proof[0], proof[1:9].hex()) == (182, 1, "0123456789abcdef")
    assert tag.is_present
    bench.do("remove")
    assert not tag.is_present


def test_a_locked_phone_knows_our_application_only_once_it_is_unlocked_where_it_lies(
    bench: PractiseBench, clf: nfc.ContactlessFrontend
) -> None:
    tag = _activated(bench, clf, "phone 0123456789abcdef locked")
    assert _status(tag, phone.AID) == 0x6A82
    bench.do("unlock")
    assert _status(tag, phone.AID) == 0x9000
    bench.do("lock")
    assert _status(tag, phone.AID) == 0x6A82


@pytest.mark.parametrize("card", ["bank", "desfire", "sun 04DE5F1EACC040"])
def test_a_card_that_is_not_ours_refuses_our_application(
    card: str, bench: PractiseBench, clf: nfc.ContactlessFrontend
) -> None:
    tag = _activated(bench, clf, card)
    assert _status(tag, phone.AID) == 0x6A82
    assert _status(tag, b"2PAY.SYS.DDF01") == (0x9000 if card == "bank" else 0x6A82)


def test_the_driver_reads_another_link_from_a_sun_card_at_each_selection(
    bench: PractiseBench, clf: nfc.ContactlessFrontend
) -> None:
    tag = _activated(bench, clf, "sun 04DE5F1EACC040")
    links = []
    for _ in range(3):
        links.append(bytes(tag.ndef.octets))
        # nfcpy reads the length first, then the message: the chip counts one reading.
        assert tag.ndef.has_changed
    assert len(set(links)) == 3
    assert all(b"id.example.org/t?picc_data=" in link for link in links)
    bench.do("remove")
    again = _activated(bench, clf, "sun 04DE5F1EACC040")
    assert bytes(again.ndef.octets) not in links


def test_a_card_of_type_b_is_listed_woken_and_asked_by_the_driver(
    bench: PractiseBench, clf: nfc.ContactlessFrontend
) -> None:
    tag = _activated(bench, clf, "type-b 1A2B3C4D", "106B")
    assert tag.identifier.hex() == "1a2b3c4d"
    assert (_status(tag, phone.AID), _status(tag, b"2PAY.SYS.DDF01")) == (0x6A82, 0x9000)
    found, _ = _traced(bench, lambda: clf.sense(nfc.clf.RemoteTarget("106A")))
    assert found is None


@pytest.mark.parametrize("uid", ["82acb95d", "04a1b2c3d4e580", "04a1b2c3d4e5f6a7b8c9"])
@pytest.mark.parametrize("kind", ["ntag", "ultralight", "classic"])
def test_every_length_of_number_is_told_by_every_kind_of_card(
    kind: str, uid: str, bench: PractiseBench, clf: nfc.ContactlessFrontend
) -> None:
    bench.do(f"put {kind} {uid}")
    target, _ = _traced(bench, lambda: clf.sense(nfc.clf.RemoteTarget("106A")))
    assert target.sdd_res.hex() == uid
    # Bits 7 and 6 of SENS_RES say how long the number is (ISO/IEC 14443-3, 6.5.2).
    assert target.sens_res[0] >> 6 == {8: 0, 14: 1, 20: 2}[len(uid)]


def test_an_ultralight_is_told_from_a_sticker_by_not_knowing_its_version(
    bench: PractiseBench, clf: nfc.ContactlessFrontend
) -> None:
    assert _activated(bench, clf, "ultralight 04A1B2C3D4E580").product == "Mifare Ultralight (MF01CU1)"


def test_a_look_that_finds_nothing_though_a_card_lies_there_is_no_other_card(
    bench: PractiseBench, clf: nfc.ContactlessFrontend
) -> None:
    bench.do("put ntag 04A1B2C3D4E580")
    bench.do("jitter 2")
    seen = [_traced(bench, lambda: clf.sense(nfc.clf.RemoteTarget("106A")))[0] is not None for _ in range(3)]
    assert seen == [False, False, True]
