"""The settings of one reader, as station.toml spells them."""

from dataclasses import dataclass

PN532 = "pn532"
SERIAL_LINE = "serial-line"
KINDS = (PN532, SERIAL_LINE)
RDM6300 = "rdm6300"
LINES = "lines"
FORMATS = (RDM6300, LINES)
PN532_BAUDS = (115200, 230400, 460800, 921600)


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """One `[[readers]]` table.

    `baud` is the speed used after the probe (PN532) or the line's own (serial-line, where 9600 is usual);
    `format` is needed by serial-line readers alone. Wrong combinations raise ValueError in words for IT.
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
        if self.kind == PN532:
            return self._pn532_problems()
        if self.format not in FORMATS:
            return [f"format is {self.format!r}; allowed for serial-line: {', '.join(FORMATS)}"]
        return ["reset_pin belongs to pn532 readers only"] if self.reset_pin is not None else []

    def _pn532_problems(self) -> list[str]:
        problems = []
        if self.baud not in PN532_BAUDS:
            problems.append(f"baud is {self.baud}; allowed for pn532: {', '.join(map(str, PN532_BAUDS))}")
        if self.format is not None:
            problems.append("format belongs to serial-line readers only")
        return problems
