"""The step `reader`: which chip answers, its firmware, and how twenty looks at an empty field go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from station.acceptance.outcome import Outcome, Shown, share
from station.acceptance.site import Site
from station.check import ask
from station.clock import Clock
from station.machine import make_readers
from station.reader.settings import NFC_USB, PN532, ReaderSettings
from station.tap import Json

if TYPE_CHECKING:
    from station.reader.nfc_chip import Chip

LOOKS: Final = 20
_TODO: Final = (
    "check RX and TX (crosswise), both switches of the board, its supply and `port`; "
    "unplug the whole Pi for ten seconds, which a restart does not do for the reader"
)
_NS_IN_MS: Final = 1_000_000


def run(site: Site) -> Shown:
    """Ask every reader of the settings; fails where one of them does not answer each time."""
    site.person.tell("Take every card, phone and key off the reader now.")
    if not site.person.agrees("Is the reader bare?"):
        return Shown(Outcome.LEFT_OUT, "something lay on the reader")
    said, figures, is_well = list[str](), dict[str, Json](), True
    for settings in site.settings.readers:
        is_chip = settings.kind in (PN532, NFC_USB)
        name, found, fault = _chip(site, settings) if is_chip else _line(site, settings)
        said.append(f"{settings.name}: {fault or name}")
        figures[settings.name] = found
        is_well = is_well and not fault
    says = "; ".join(said)
    return Shown(Outcome.WELL, says, figures) if is_well else Shown(Outcome.FAILED, says, figures, _TODO)


def _chip(site: Site, settings: ReaderSettings) -> tuple[str, Json, str]:
    """Return what the chip is, its figures, and what is wrong or nothing."""
    from station.reader.nfc_chip import open_pn532, open_usb

    opens = open_pn532 if settings.kind == PN532 else open_usb
    began = site.elapsed_ns()
    try:
        chip = opens(settings, site.wait)
    except Exception as error:  # noqa: BLE001 (drivers raise eight unrelated classes, and each means: it does not answer)
        return "", {}, f"does not answer at {settings.port} ({error})"
    opened_ms = (site.elapsed_ns() - began) / _NS_IN_MS
    try:
        looks_ms, faults = _look(site, chip, site.clock)
    finally:
        chip.close()
    found: dict[str, Json] = {
        "chip": chip.name,
        "opened_ms": round(opened_ms),
        "looks": LOOKS,
        "faults": faults,
    }
    if looks_ms:
        looks_ms.sort()
        found |= {"look_p50_ms": round(share(looks_ms, 50), 1), "look_max_ms": round(looks_ms[-1], 1)}
    fault = f"{chip.name}, but {faults} of {LOOKS} looks failed" if faults else ""
    return f"{chip.name} answers, {LOOKS} looks of {found.get('look_p50_ms')} ms in the middle", found, fault


def _look(site: Site, chip: Chip, clock: Clock) -> tuple[list[float], int]:
    from station.reader.nfc_device import NfcDevice

    device, looks_ms, faults = NfcDevice(chip, clock, _no_challenge), list[float](), 0
    for _ in range(LOOKS):
        began = site.elapsed_ns()
        try:
            device.look()
        except Exception:  # noqa: BLE001 (as above)
            faults += 1
            continue
        looks_ms.append((site.elapsed_ns() - began) / _NS_IN_MS)
    return looks_ms, faults


def _no_challenge(_wall_ms: int) -> bytes:
    return b""


def _line(site: Site, settings: ReaderSettings) -> tuple[str, Json, str]:
    readers = make_readers(site.settings, site.clock, site.gpio(site.settings))
    state = next(ask(each) for each in readers if each.name == settings.name)
    fault = "" if state == "ready" else f"does not answer at {settings.port} ({state})"
    return f"{settings.format} at {settings.port} is open; it speaks only when a card comes", {}, fault
