"""The unmodified nfcpy driver opens the emulated chip and reads its cards, byte for byte as recorded."""

import logging
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import TypeVar

import nfc
import nfc.clf.pn532
import nfc.clf.transport
import nfc.tag
import pytest

from station.reader import pn532, sc1
from station.reader.port import open_port
from tests.fakes.simulator import PractiseBench

GOLDEN = Path(__file__).parent / "golden" / "nfcpy.txt"
ACK = "0000ff00ff00"
TRIES = 8

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


def _patiently(bench: PractiseBench, act: Callable[[], T]) -> tuple[T, list[str]]:
    """Do something with the bare driver, which gives up when an answer is 100 ms late, until it works."""
    for _ in range(TRIES):
        bench.trace()
        try:
            return act(), _merged(bench.trace())
        except OSError:
            logging.getLogger(__name__).info("once more")
    pytest.fail("this machine never answered within 100 ms")


def _open(bench: PractiseBench) -> tuple[nfc.ContactlessFrontend, list[str]]:
    def init() -> object:
        bench.do("power-cut")
        transport = nfc.clf.transport.TTY(str(bench.link))
        try:
            return nfc.clf.pn532.init(transport)
        except OSError:
            transport.close()
            raise

    clf = nfc.ContactlessFrontend()
    clf.device, trace = _patiently(bench, init)
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

    _, trace = _patiently(bench, bring_up)
    recorded = _recorded("open")
    assert trace[:6] == recorded[:6]
    assert bench.do("status")["baud"] == 921600


def test_an_empty_field_is_sensed_as_recorded(bench: PractiseBench, clf: nfc.ContactlessFrontend) -> None:
    found, trace = _patiently(bench, lambda: clf.sense(nfc.clf.RemoteTarget("106A")))
    assert found is None
    assert trace == _recorded("sense nothing")


def test_a_sticker_is_sensed_and_activated_as_recorded(
    bench: PractiseBench, clf: nfc.ContactlessFrontend
) -> None:
    bench.do("put ntag 04A1B2C3D4E580")
    target, trace = _patiently(bench, lambda: clf.sense(nfc.clf.RemoteTarget("106A")))
    assert (target.sdd_res.hex(), target.sens_res.hex()) == ("04a1b2c3d4e580", "4400")
    assert trace == _recorded("sense ntag")
    tag, trace = _patiently(bench, lambda: nfc.tag.activate(clf, target))
    assert trace == _recorded("activate ntag")
    assert tag.product == "NXP NTAG213"
    assert tag.is_present


def test_a_felica_card_is_sensed_as_recorded(bench: PractiseBench, clf: nfc.ContactlessFrontend) -> None:
    bench.do("put felica 01120312AB3C4D5E")
    target, trace = _patiently(bench, lambda: clf.sense(nfc.clf.RemoteTarget("212F")))
    assert target.sensf_res[1:9].hex() == "01120312ab3c4d5e"
    assert trace == _recorded("sense felica")


def test_the_driver_s_own_close_is_as_recorded(bench: PractiseBench) -> None:
    clf, _ = _open(bench)
    bench.trace()
    clf.close()
    assert _merged(bench.trace()) == _recorded("close")


def test_a_phone_speaks_iso_dep_with_the_driver_s_own_tag(
    bench: PractiseBench, clf: nfc.ContactlessFrontend
) -> None:
    bench.do("put phone 0123456789abcdef")
    target, _ = _patiently(bench, lambda: clf.sense(nfc.clf.RemoteTarget("106A")))
    assert target.sdd_res[0] == 0x08
    tag = nfc.tag.activate(clf, target)
    assert tag.type == "Type4Tag"
    assert tag.send_apdu(*sc1.SELECT, data=sc1.AID, mrl=256) == b""
    assert tag.send_apdu(*sc1.PROVE, data=bytes(20), mrl=256)[:8].hex() == "0123456789abcdef"
    assert tag.is_present
    bench.do("remove")
    assert not tag.is_present


def test_a_bank_card_knows_its_own_application_and_refuses_ours(
    bench: PractiseBench, clf: nfc.ContactlessFrontend
) -> None:
    bench.do("put bank")
    target, _ = _patiently(bench, lambda: clf.sense(nfc.clf.RemoteTarget("106A")))
    tag = nfc.tag.activate(clf, target)
    assert tag.send_apdu(*sc1.SELECT, data=b"2PAY.SYS.DDF01", mrl=256)
    with pytest.raises(nfc.tag.tt4.Type4TagCommandError) as refusal:
        tag.send_apdu(*sc1.SELECT, data=sc1.AID, mrl=256)
    assert refusal.value.errno == 0x6A82
