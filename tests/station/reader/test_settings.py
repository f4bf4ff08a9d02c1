"""A reader's settings are refused in words before anything is opened."""

import pytest

from station.reader import ReaderSettings

GOOD = {"name": "nfc", "kind": "pn532", "port": "/dev/ttyAMA0"}
WRONG: list[tuple[dict[str, object], str]] = [
    ({"kind": "acr122"}, "allowed: pn532, nfc-usb, serial-line"),
    ({"kind": "nfc-usb"}, "for nfc-usb give usb, usb:VENDOR:PRODUCT or usb:BUS:ADDRESS"),
    ({"kind": "nfc-usb", "port": "usb:054c"}, "for nfc-usb give usb"),
    ({"kind": "nfc-usb", "port": "usb:072F:2200"}, "the ACR122U is not supported"),
    ({"kind": "nfc-usb", "port": "usb", "reset_pin": 25}, "belongs to pn532"),
    ({"kind": "nfc-usb", "port": "usb", "format": "lines"}, "belongs to serial-line"),
    ({"baud": 9600}, "allowed for pn532: 115200, 230400, 460800, 921600"),
    ({"format": "lines"}, "belongs to serial-line"),
    ({"kind": "serial-line"}, "allowed for serial-line: rdm6300, lines"),
    ({"kind": "serial-line", "format": "wiegand"}, "allowed for serial-line: rdm6300, lines"),
    ({"kind": "serial-line", "format": "lines", "reset_pin": 25}, "belongs to pn532"),
]


@pytest.mark.parametrize(("change", "says"), WRONG)
def test_a_wrong_setting_is_refused_with_what_is_allowed(change: dict[str, object], says: str) -> None:
    settings = GOOD | change
    with pytest.raises(ValueError, match=says) as refusal:
        ReaderSettings(**settings)  # type: ignore[arg-type]  # the point is what a file may hold
    assert "reader 'nfc'" in str(refusal.value)


def test_the_settings_of_the_handbook_are_accepted() -> None:
    assert ReaderSettings("nfc", "pn532", "/dev/ttyAMA0").baud == 115200
    for port in ("usb", "usb:054c:06c3", "usb:001:004"):
        assert ReaderSettings("desk", "nfc-usb", port).port == port
    assert (
        ReaderSettings("scanner", "serial-line", "/dev/ttyUSB0", 9600, format="rdm6300").format == "rdm6300"
    )
