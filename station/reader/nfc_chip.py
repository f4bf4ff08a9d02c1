"""Open the chips nfcpy has drivers for, and list with them more than nfcpy would tell."""

import importlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import TypeAlias

import nfc.clf.device
import nfc.clf.pn53x
import nfc.clf.pn532
import nfc.clf.transport

from station.errors import ReaderError
from station.reader import ReaderSettings, pn532
from station.reader.nfc_link import Link, PortLink, UsbLink
from station.reader.port import open_port

Pause: TypeAlias = Callable[[float], object]
Plug: TypeAlias = Callable[[str], tuple[ModuleType, Link]]

_IN_LIST_PASSIVE_TARGET = 0x4A
_LISTING_S = 1.0
_TYPE_A, _TYPE_B = 0, 3
_LINE_TESTS = 3
_ACR122U = "acr122"


class _Listing:
    """What a PN53x chipset of nfcpy's listed last.

    Two cards are listed where nfcpy would let the lower number win in silence. Cards of type B are only
    counted: nfcpy would wake one anew in two commands more, and nobody wants to speak to it.
    """

    command: Callable[[int, bytearray, float], bytearray]
    in_list_passive_target_max_target: int
    asks_for = 1
    found_a = 0
    found_b = 0

    def in_list_passive_target(self, max_tg: int, brty: int, initiator_data: bytes) -> bytearray | None:
        if brty == _TYPE_A and not initiator_data:
            listed = self.command(_IN_LIST_PASSIVE_TARGET, bytearray([self.asks_for, brty]), _LISTING_S)
            self.found_a, self.found_b = listed[0], 0
            # NbTg, then for each target: Tg, SENS_RES (2), SEL_RES, the length of the UID, the UID.
            return listed[2 : 6 + listed[5]] if self.found_a else None
        if brty == _TYPE_B:
            asked = bytearray([1, brty]) + initiator_data
            self.found_b = self.command(_IN_LIST_PASSIVE_TARGET, asked, _LISTING_S)[0]
            return None
        listing = super().in_list_passive_target  # type: ignore[misc]  # nfcpy's chipset is the next class
        other: bytearray | None = listing(max_tg, brty, initiator_data)
        return other


class Chip:
    """An open chip: `driver` is nfcpy's device, `link` what it is spoken to over.

    `lists_b` says whether it can find cards of type B.
    """

    def __init__(self, module: ModuleType, link: Link) -> None:
        is_pn53x = issubclass(module.Chipset, nfc.clf.pn53x.Chipset)
        kind = type("Listing", (_Listing, module.Chipset), {}) if is_pn53x else module.Chipset
        chipset = kind(link, module.log)
        self.link = link
        self.driver = module.Device(chipset, module.log)
        self.driver._path = ""  # noqa: SLF001 (nfcpy's own opening sets it, and its messages need it)
        self._listing: _Listing = chipset if is_pn53x else _Listing()
        self.lists_b = not is_pn53x or _TYPE_B in chipset.in_list_passive_target_brty_range
        if is_pn53x:
            chipset.asks_for = min(2, chipset.in_list_passive_target_max_target)

    @property
    def name(self) -> str:
        """Return which chip it is and its firmware, such as `PN532v1.6`, as far as its driver says."""
        return str(self.driver.chipset_name or self.driver)

    @property
    def found_a(self) -> int:
        """Return how many cards of type A were listed last; never more than one by some chips."""
        return self._listing.found_a

    @property
    def found_b(self) -> int:
        """Return how many cards of type B were listed since type A was listed last."""
        return self._listing.found_b

    @property
    def puts_to_sleep(self) -> bool:
        """Say whether a card may sleep after its listing, because a second one was looked for."""
        return self._listing.asks_for > 1

    @contextmanager
    def alone(self) -> Iterator[None]:
        """List one card only, which is awake then, as long as the block lasts."""
        asked, self._listing.asks_for = self._listing.asks_for, 1
        try:
            yield
        finally:
            self._listing.asks_for = asked

    def close(self) -> None:
        """Put the field out and give the port back.

        Not by nfcpy's close: that sends the chip to sleep, and some never wake again.
        """
        try:
            self.driver.mute()
        finally:
            self.link.close()


def open_pn532(settings: ReaderSettings, pause: Pause) -> Chip:
    """Return the PN532 on a serial port, found at whatever speed it was left."""
    port = open_port(settings.port, pn532.FIRST_BAUD, pn532.ANSWER_S)
    try:
        pn532.bring_up(port, settings.baud, pause)
    except BaseException:
        port.close()
        raise
    return _test_line(nfc.clf.pn532, PortLink(port), pause)


def open_usb(settings: ReaderSettings, pause: Pause, plug: Plug | None = None) -> Chip:
    """Return the USB reader the port names; `plug` finds its driver's module and a link to it."""
    module, link = (plug or _plug)(settings.port)
    # Whatever a process that died left it doing, it ends with an acknowledgement.
    try:
        link.resync(pause)
    except BaseException:
        link.close()
        raise
    return _test_line(module, link, pause)


def choose(found: Iterable[tuple[int, int, int, int]]) -> tuple[str, int, int]:
    """Return driver, bus and address of the first reader we can use among (vendor, product, bus, address)."""
    drivers = [(nfc.clf.device.usb_device_map.get(device[:2]), *device[2:]) for device in found]
    for name, bus, address in drivers:
        if name not in (None, _ACR122U):
            return name, bus, address
    # Its own firmware stands between us and its chip: nfcpy's authors advise against it.
    is_acr122u = any(name == _ACR122U for name, _, _ in drivers)
    raise ReaderError("acr122u-unsupported" if is_acr122u else "no-such-port")


def _plug(path: str) -> tuple[ModuleType, Link]:
    name, bus, address = choose(nfc.clf.transport.USB.find(path) or [])
    return importlib.import_module(f"nfc.clf.{name}"), UsbLink(bus, address)


def _test_line(module: ModuleType, link: Link, pause: Pause) -> Chip:
    """Return the chip, whose driver begins with its longest frame: some lines need more than one try."""
    try:
        for _ in range(_LINE_TESTS - 1):
            try:
                return Chip(module, link)
            except OSError:
                link.resync(pause)
        return Chip(module, link)
    except BaseException:
        link.close()
        raise
