"""The settings of one reader, as station.toml spells them."""

import re
from dataclasses import dataclass

PN532 = "pn532"
NFC_USB = "nfc-usb"
SERIAL_LINE = "serial-line"
KINDS = (PN532, NFC_USB, SERIAL_LINE)
RDM6300 = "rdm6300"
LINES = "lines"
FORMATS = (RDM6300, LINES)
PN532_BAUDS = (115200, 230400, 460800, 921600)

# As nfcpy spells them: any reader, one by vendor and product, one by bus and address.
_USB = re.compile(r"usb(:[0-9a-fA-F]{4}:[0-9a-fA-F]{4}|:[0-9]{1,3}:[0-9]{1,3})?")
_ACR122U = "usb:072f:2200"


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """One `[[readers]]` table.

    `port` is a serial port, or for nfc-usb `usb`, `usb:054c:06c3` or `usb:001:004`. `baud` is the speed used
    after the probe (PN532) or the line's own (serial-line, where 9600 is usual); `format` is needed by
    serial-line readers alone. Wrong combinations raise ValueError in words for IT.
    """

    name: str
    kind: str
    port: str
    baud: int = 115200
    reset_pin: int | None = None
    format: str | None = None

    def __post_init__(self) -> None:
        for problem in self._problems():
            msg = f"reader {self.name!r}: {problem}"
            raise ValueError(msg)

    def _problems(self) -> list[str]:
        if self.kind not in KINDS:
            return [f"kind is {self.kind!r}; allowed: {', '.join(KINDS)}"]
        problems = []
        if self.kind == PN532 and self.baud not in PN532_BAUDS:
            problems.append(f"baud is {self.baud}; allowed for pn532: {', '.join(map(str, PN532_BAUDS))}")
        if self.kind == NFC_USB:
            problems += self._usb_problems()
        if self.kind == SERIAL_LINE and self.format not in FORMATS:
            problems.append(f"format is {self.format!r}; allowed for serial-line: {', '.join(FORMATS)}")
        if self.kind != SERIAL_LINE and self.format is not None:
            problems.append("format belongs to serial-line readers only")
        if self.kind != PN532 and self.reset_pin is not None:
            problems.append("reset_pin belongs to pn532 readers only")
        return problems

    def _usb_problems(self) -> list[str]:
        if not _USB.fullmatch(self.port):
            return [f"port is {self.port!r}; for nfc-usb give usb, usb:VENDOR:PRODUCT or usb:BUS:ADDRESS"]
        if self.port.lower() == _ACR122U:
            return ["the ACR122U is not supported: its own firmware gets in the way; use another reader"]
        return []
