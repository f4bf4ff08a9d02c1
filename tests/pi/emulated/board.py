"""A station on an emulated Raspberry Pi 3, from its card to its lamps."""

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

from station.simulator.field import Field
from tests.pi import card as cards
from tests.pi.emulated import card_image, qemu
from tests.pi.emulated.hardware import hardware
from tests.pi.emulated.machine import Machine
from tests.pi.emulated.pins import Pins
from tests.pi.emulated.systems import System

# A quiet machine needs a minute for a start and five for the first; ten times that.
_START_S: Final = 3600.0
_COMMAND_LINE: Final = "cmdline.txt"
_USB: Final = "3f980000.usb"


@dataclass(frozen=True, slots=True)
class SavedBoard:
    """A started board put aside: its card, its memory, and the words its kernel was started with."""

    system: System
    folder: Path

    @property
    def card(self) -> Path:
        """The card as it was."""
        return self.folder / "card"

    @property
    def memory(self) -> Path:
        """What memory and devices held."""
        return self.folder / "memory"

    @property
    def said_to_kernel(self) -> str:
        """The command line."""
        return (self.folder / _COMMAND_LINE).read_text("utf-8")


class EmulatedBoard:
    """A `Board`; `clock` tells the seconds since 1970 that its battery clock holds, None where there is none.

    `folder` is its own: the card lies there, and all the console ever said.
    """

    def __init__(self, system: System, folder: Path, clock: Callable[[], float] | None = time.time) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.system, self.folder = system, folder
        self.field = Field()
        self.machine = Machine(self.field, folder / "console.log", self._plug_in)
        self._clock = clock
        self._wiring = qemu.Wiring(hardware(system), folder / "card.img")
        self._has_network = True
        self._said_to_kernel = ""

    @property
    def lamps(self) -> Pins:
        """What was seen of the pins."""
        return self.machine.pins

    def server_address(self, port: int) -> str:
        """Return `host:port` of a port of this machine's loopback; it is led there from the next start on."""
        self._wiring = replace(self._wiring, ports=self._wiring.ports | {port})
        return f"{qemu.HOST}:{port}"

    def write_card(self, bundle: Path) -> None:
        """Put the bundle folder of one station on a fresh card, as IT does; the power is off."""
        with tempfile.TemporaryDirectory(dir=self.folder) as scratch:
            boot = cards.boot_partition(bundle, self.system.name, Path(scratch) / "boot")
            self.lay_card(sorted(boot.iterdir()))

    def lay_card(self, boot_files: Sequence[Path]) -> None:
        """Take a fresh card with these at the top of its boot partition."""
        card_image.copy(self._wiring.hardware.card, self._wiring.card)
        card_image.fill_boot(self._wiring.card, boot_files)

    def start(self) -> None:
        """Switch on and return once a shell listens, however often the system starts again before."""
        self.machine.power_on(self._from_card)
        self.wait_for_shell()

    def wait_for_shell(self) -> None:
        """Wait for a start's end, also of one that the system asked for by itself."""
        self.machine.wait_for_shell(_START_S)

    @property
    def card(self) -> Path:
        """The card in it."""
        return self._wiring.card

    def _from_card(self, wires: Mapping[str, int]) -> Sequence[str]:
        """Do what the firmware does at every start: read from the card what the kernel is told."""
        told = card_image.boot_text(self._wiring.card, _COMMAND_LINE).strip()
        self._said_to_kernel = f"{told} board.clock={self._clock():.0f}" if self._clock else told
        return self._wiring.command(wires, self._said_to_kernel, has_hub=False)

    def _plug_in(self) -> None:
        """Plug the network in, into a system that has started.

        While the kernel prepares QEMU's controller it may miss what is plugged in already, for as long as
        the power is on: on a busy machine one start in ten had no network.
        """
        for device in self._wiring.plugged_in():
            self.machine.monitor.ask("device_add", **device)
        self.network(is_up=self._has_network)

    def cut(self) -> None:
        """Take the power away at once."""
        self.machine.cut()

    def stop(self) -> None:
        """End everything."""
        self.machine.cut()

    def run(self, command: str, timeout_s: float = 600) -> tuple[int, str]:
        """Run a shell command as root inside."""
        return self.machine.console.run(command, timeout_s)

    def network(self, *, is_up: bool) -> None:
        """Let nothing through the cable, or all again; holds over `cut` and `start`."""
        self._has_network = is_up
        if self.machine.pid:
            self.machine.monitor.ask("set_link", name="net", up=is_up)

    def copy_state(self, into: Path) -> Path:
        """Copy what the card holds of /var/lib/rollbook and return its folder; the power is off."""
        return card_image.take(self._wiring.card, "var/lib/rollbook", into)

    def clone(self) -> "EmulatedBoard":
        """Return a board with a copy of this one's card; the power of both is off."""
        other = EmulatedBoard(self.system, self.folder / "clone", self._clock)
        other._wiring = replace(self._wiring, card=other._wiring.card)
        card_image.copy(self._wiring.card, other._wiring.card)
        return other

    def save(self, folder: Path) -> SavedBoard:
        """Put the running board aside and switch it off: its card as it is, and all it had in memory."""
        saved = SavedBoard(self.system, folder)
        folder.mkdir(parents=True)
        monitor = self.machine.monitor
        # A cable that is pulled while its controller asks it something ends QEMU.
        code, said = self.run(f"echo {_USB} > /sys/bus/platform/drivers/dwc2/unbind")
        assert not code, said
        monitor.ask("device_del", id=qemu.CABLE)
        monitor.wait_for("DEVICE_DELETED")
        monitor.ask("stop")
        monitor.ask("migrate", uri=f"exec:gzip -1 > {saved.memory}")
        told = monitor.ask_until("query-migrate", lambda told: told.get("status") in {"completed", "failed"})
        assert told["status"] == "completed", told
        card_image.copy(self._wiring.card, saved.card)
        (folder / _COMMAND_LINE).write_text(self._said_to_kernel, "utf-8")
        self.cut()
        return saved

    def restore(self, saved: SavedBoard) -> None:
        """Go on with a board that was put aside, on a copy of its card, as if no time had passed for it.

        Its battery clock tells the time of today. It has no cable until it is cut and started: QEMU's
        controller finds nothing again that was plugged in before.
        """
        card_image.copy(saved.card, self._wiring.card)
        self._said_to_kernel = saved.said_to_kernel
        incoming = ("-incoming", f"exec:gzip -dc {saved.memory}", "-S")

        starts = self.machine.starts

        def plug(wires: Mapping[str, int]) -> Sequence[str]:
            # Should the system start again, it does so from the card.
            if self.machine.starts > starts:
                return self._from_card(wires)
            return [*self._wiring.command(wires, saved.said_to_kernel, has_hub=True), *incoming]

        self.machine.power_on(plug)
        monitor = self.machine.monitor
        monitor.ask_until("query-status", lambda told: told["status"] != "inmigrate")
        self.machine.pins.lead_card_back()
        self.machine.pins.wake_processors()
        monitor.ask("cont")
        if self._clock:
            self.run(f"date -u -s @{self._clock():.0f}")

    def __enter__(self) -> Self:
        """Give the board."""
        return self

    def __exit__(self, *_exc: object) -> None:
        """Stop it."""
        self.stop()
