"""The columns of a room list: which every row must fill, and what is wrong with a row's cells."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from provisioning import network_cells, system_cells

_SPREADSHEET_ERROR = re.compile(r"#(?:REF!|NAME\?|N/A|VALUE!|DIV/0!|NULL!|NUM!)|#{4,}")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the list: its name, whether every row must fill it, and what is wrong with a cell."""

    name: str
    required: bool
    objection: Callable[[str], str | None]


COLUMNS = (
    Column("station", required=True, objection=system_cells.station),
    Column("room", required=True, objection=system_cells.room),
    Column("school", required=True, objection=system_cells.school),
    Column("hostname", required=True, objection=system_cells.hostname),
    Column("server", required=True, objection=system_cells.server),
    Column("reader", required=True, objection=system_cells.reader),
    Column("port", required=False, objection=system_cells.port),
    Column("wifi_ssid", required=False, objection=network_cells.ssid),
    Column("wifi_psk", required=False, objection=network_cells.psk),
    Column("wifi_country", required=False, objection=network_cells.country),
    Column("wifi_hidden", required=False, objection=network_cells.hidden),
    Column("admin_ssh_key", required=False, objection=network_cells.admin_ssh_key),
    Column("os", required=False, objection=system_cells.system),
    Column("locale", required=False, objection=system_cells.locale),
    Column("timezone", required=False, objection=system_cells.timezone),
    Column("keyboard", required=False, objection=system_cells.keyboard),
    Column("rtc", required=False, objection=system_cells.clock),
)
_WIFI = ("wifi_ssid", "wifi_psk", "wifi_country")


def objections(cells: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return every (column, what is wrong) of one row, in the order of the columns."""
    found: list[tuple[str, str]] = []
    some_wifi = any(cells.get(name) for name in (*_WIFI, "wifi_hidden"))
    for column in COLUMNS:
        cell = cells.get(column.name, "")
        if not cell:
            if column.required:
                found.append((column.name, "is empty; every row needs it"))
            elif some_wifi and column.name in _WIFI:
                found.append((column.name, f"is empty; a room on Wi-Fi needs {', '.join(_WIFI)}"))
        elif wrong := _letters(cell) or column.objection(cell):
            found.append((column.name, wrong))
    return found + _together(cells)


def _letters(cell: str) -> str | None:
    if not cell.isprintable():
        return "holds a letter that cannot be printed; type it again"
    if _SPREADSHEET_ERROR.fullmatch(cell):
        return f"{cell} is an error of the spreadsheet; put the value there as text"
    return None


def _together(cells: Mapping[str, str]) -> list[tuple[str, str]]:
    """Object to a port that does not go with its reader."""
    reader, port = cells.get("reader", ""), cells.get("port", "")
    if reader not in system_cells.READERS or not port or system_cells.port(port):
        return []
    if port.startswith("usb") == (reader == "nfc-usb"):
        return []
    return [("port", f"{port!r} is not where a {reader} is; its usual one is {system_cells.READERS[reader]}")]
