"""Read cards and phones with a PN532 through nfcpy, which is imported here and nowhere else."""

import errno
import logging
from collections.abc import Callable, Sequence
from typing import NoReturn

import nfc
import nfc.clf.pn532
import nfc.clf.transport
import nfc.tag.tt4

from station.clock import Clock
from station.credential import canonical_idm, canonical_uid
from station.reader import Credential, ReaderSettings, Reason, pn532, sc1
from station.reader.hold import CROWD, Hold, Sight
from station.reader.port import SerialPort, open_port
from station.reader.supervised import SupervisedReader

# Below this level nfcpy writes whole frames to the log, and they hold card numbers.
logging.getLogger("nfc").setLevel(logging.WARNING)
# This one complains at every retry, so a broken card left on the reader would fill the disk with it.
logging.getLogger("nfc.tag.tt4").setLevel(logging.CRITICAL)

TAP_LIMIT_MS = 800
FELICA_EVERY = 8
_IDLE_S = 0.015
_HELD_S = 0.04
_IN_LIST_PASSIVE_TARGET = 0x4A
_NO_ERROR_OF_THE_CARDS_OWN = 0
_ISO_DEP = 0x20
_DRIVER_LOG = logging.getLogger("nfc.clf.pn532")
_CARD_FAULTS = (nfc.clf.CommunicationError, nfc.tag.TagCommandError, IndexError, ValueError)


class NfcReader(SupervisedReader):
    """A PN532 on a serial port."""

    def __init__(
        self,
        settings: ReaderSettings,
        clock: Clock,
        nonce: Callable[[int], bytes],
        *,
        reset: Callable[[], None] | None = None,
    ) -> None:
        def open_device(pause: Callable[[float], object]) -> "NfcDevice":
            return NfcDevice(_open(settings, pause), clock, nonce)

        super().__init__(
            settings.name, clock, Hold(settings.name), open_device, reset=reset, pauses_s=(_IDLE_S, _HELD_S)
        )


def _open(settings: ReaderSettings, pause: Callable[[float], object]) -> SerialPort:
    port = open_port(settings.port, pn532.FIRST_BAUD, pn532.ANSWER_S)
    try:
        pn532.bring_up(port, settings.baud, pause)
    except BaseException:
        port.close()
        raise
    return port


class _Link(nfc.clf.transport.TTY):  # type: ignore[misc]  # nfcpy ships no types
    """nfcpy's serial transport on a port that is open already, at the right speed."""

    def __init__(self, port: SerialPort) -> None:
        self.tty = port

    def read(self, timeout: int) -> bytearray:
        try:
            frame: bytearray = super().read(timeout)
        except IndexError as error:
            # nfcpy reads the length of a frame before it knows that there is one.
            raise OSError(errno.EIO, "broken frame") from error
        return frame

    def close(self) -> None:
        self.tty.close()


class _Chipset(nfc.clf.pn532.Chipset):  # type: ignore[misc]  # nfcpy ships no types
    """nfcpy's PN532, which lists two cards where nfcpy would let the lower number win in silence."""

    ask_for = 2
    found = 0

    def in_list_passive_target(self, max_tg: int, brty: int, initiator_data: bytes) -> bytearray | None:
        if brty != 0 or initiator_data:
            other: bytearray | None = super().in_list_passive_target(max_tg, brty, initiator_data)
            return other
        listed: bytearray = self.command(_IN_LIST_PASSIVE_TARGET, bytearray([self.ask_for, brty]), 1.0)
        self.found = listed[0]
        # NbTg, then for each target: Tg, SENS_RES (2), SEL_RES, the length of the UID, the UID.
        return listed[2 : 6 + listed[5]] if self.found else None


class _Frontend(nfc.ContactlessFrontend):  # type: ignore[misc]  # nfcpy ships no types
    """nfcpy's frontend with a limit on one tap: a card can hold its protocol loops for ever."""

    def __init__(self, device: object, clock: Clock) -> None:
        super().__init__()
        self.device = device
        self._clock = clock
        self._deadline_ms: int | None = None
        self.has_expired = False

    def limit(self, tap_ms: int) -> None:
        """Let exchanges with the card succeed for so long from now on."""
        self._deadline_ms = self._clock.reading().raw_ms + tap_ms
        self.has_expired = False

    def exchange(self, send_data: bytes, timeout: float) -> bytearray:
        if self._deadline_ms is not None:
            left_ms = self._deadline_ms - self._clock.reading().raw_ms
            if left_ms <= 0:
                self.has_expired = True
                _time_is_up()
            timeout = min(timeout, left_ms / 1000)
        answer: bytearray = super().exchange(send_data, timeout)
        return answer


def _time_is_up() -> NoReturn:
    msg = "the tap took too long"
    raise nfc.clf.TimeoutError(msg)


class NfcDevice:
    """An open PN532: one look is one poll of the field, or of the phone that is held in it."""

    def __init__(self, port: SerialPort, clock: Clock, nonce: Callable[[int], bytes]) -> None:
        self._port = port
        self._clock = clock
        self._nonce = nonce
        self._cycle = 0
        self._felica_lies = False
        self._phone: tuple[nfc.tag.tt4.Type4ATag, Sight] | None = None
        try:
            self._chipset = _Chipset(_Link(port), logger=_DRIVER_LOG)
            self._driver = nfc.clf.pn532.Device(self._chipset, logger=_DRIVER_LOG)
        except BaseException:
            port.close()
            raise
        self._clf = _Frontend(self._driver, clock)

    def look(self) -> Sequence[Sight]:
        """Return what lies in the field."""
        if self._phone is not None:
            tag, sight = self._phone
            self._clf.limit(TAP_LIMIT_MS)
            if tag.is_present:
                return [sight]
            self._phone = None
        self._cycle += 1
        sight = self._look_for_a()
        if sight is None and (self._felica_lies or self._cycle % FELICA_EVERY == 0):
            sight = self._look_for_felica()
        return [sight]

    def recover(self, pause: Callable[[float], object]) -> None:
        """End what the chip is doing and forget what it said about it."""
        self._phone = None
        self._port.write(pn532.ACK)
        pause(0.02)
        self._port.reset_input_buffer()

    def close(self) -> None:
        """Put the field out and give the port back.

        Not by nfcpy's close: that sends the chip to sleep, and some never wake again.
        """
        try:
            self._driver.mute()
        finally:
            self._port.close()

    def _look_for_a(self) -> Sight:
        target = self._clf.sense(nfc.clf.RemoteTarget("106A"))
        if target is None:
            return None
        if self._chipset.found > 1:
            return CROWD
        if target.sel_res is None:
            return Reason.FOREIGN
        if target.sel_res[0] & _ISO_DEP:
            return self._ask_phone()
        return _uid(bytes(target.sdd_res))

    def _look_for_felica(self) -> Sight:
        target = self._clf.sense(nfc.clf.RemoteTarget("212F"))
        self._felica_lies = target is not None
        if target is None:
            return None
        value = canonical_idm(bytes(target.sensf_res[1:9]))
        return Credential("idm", value, "nfc-f", 1, None) if value else Reason.RANDOM_UID

    def _ask_phone(self) -> Sight:
        # Looking for a second card has put this one to sleep: list it once more, alone.
        self._chipset.ask_for = 1
        try:
            target = self._clf.sense(nfc.clf.RemoteTarget("106A"))
        finally:
            self._chipset.ask_for = 2
        if target is None or target.sel_res is None or not target.sel_res[0] & _ISO_DEP:
            return None
        self._clf.limit(TAP_LIMIT_MS)
        try:
            tag = nfc.tag.tt4.Type4ATag(self._clf, target)
            sight = self._converse(tag)
        except _CARD_FAULTS:
            return Reason.TOO_SLOW if self._clf.has_expired else Reason.TORN
        self._phone = (tag, sight)
        return sight

    def _converse(self, tag: nfc.tag.tt4.Type4ATag) -> Credential | Reason:
        asked = sc1.challenge(self._nonce(sc1.NONCE_BYTES), self._clock.reading().wall_ms)
        try:
            tag.send_apdu(*sc1.SELECT, data=sc1.AID, mrl=256)
            answer = bytes(tag.send_apdu(*sc1.PROVE, data=asked, mrl=256))
        except nfc.tag.tt4.Type4TagCommandError as error:
            if error.errno <= _NO_ERROR_OF_THE_CARDS_OWN:
                raise
            # The card answered, in its own words: it is no phone of ours.
            return Reason.FOREIGN
        return sc1.credential(asked, answer)


def _uid(raw: bytes) -> Credential | Reason:
    value = canonical_uid(raw)
    return Credential("uid", value, "nfc-a", 1, None) if value else Reason.RANDOM_UID
