"""The reader of cards and phones: any chip nfcpy drives, kept going for ever."""

import logging
from collections.abc import Callable

from station.clock import Clock
from station.reader import ReaderSettings
from station.reader.hold import SWAPS_OF_NO_HAND, Hold
from station.reader.nfc_chip import Chip, Pause, open_pn532, open_usb
from station.reader.nfc_device import NfcDevice
from station.reader.settings import PN532
from station.reader.supervised import Pace, SupervisedReader

# Below this level nfcpy writes whole frames to the log, and they hold card numbers.
logging.getLogger("nfc").setLevel(logging.WARNING)
# This one complains at every retry, so a broken card left on the reader would fill the disk with it.
logging.getLogger("nfc.tag.tt4").setLevel(logging.CRITICAL)

# A card is seen within 15 ms; and chips are known to fall silent after weeks without a fault one could see.
PACE = Pace(idle_s=0.015, held_s=0.04, renew_ms=24 * 3_600_000)


class NfcReader(SupervisedReader):
    """A PN532 on a serial port, or another of nfcpy's readers on USB.

    `challenge(wall_ms)` makes what a phone has to answer for; `open_chip` opens the device the settings name.
    """

    def __init__(
        self,
        settings: ReaderSettings,
        clock: Clock,
        challenge: Callable[[int], bytes],
        *,
        reset: Callable[[], None] | None = None,
        open_chip: Callable[[ReaderSettings, Pause], Chip] | None = None,
        pace: Pace = PACE,
    ) -> None:
        opens = open_chip or (open_pn532 if settings.kind == PN532 else open_usb)

        def open_device(pause: Pause) -> NfcDevice:
            return NfcDevice(opens(settings, pause), clock, challenge)

        hold = Hold(settings.name, most_swaps=SWAPS_OF_NO_HAND)
        super().__init__(settings.name, clock, hold, open_device, reset=reset, pace=pace)
