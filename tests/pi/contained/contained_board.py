"""A station on a board that is a machine in a container."""

from __future__ import annotations

import itertools
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self

from provisioning.system_cells import BOOKWORM
from tests.pi import card
from tests.pi.contained import laid
from tests.pi.contained.chip import ChipOnAPort
from tests.pi.contained.container import REBOOTED, Container
from tests.pi.contained.line import SERVER, Line
from tests.pi.contained.pins import Pins

_STARTING_S: Final = 300
_STARTS: Final = 3
STATE: Final = "var/lib/rollbook"


class ContainedBoard:
    """The shipped artefacts on a card of their own, under a systemd of their own, on this machine's kernel.

    The card is a folder: what a process wrote is there after a cut, whether or not it was flushed. So a cut
    shows what the death of every process at once leaves, and nothing of what a disk's cache loses.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True)
        self.root, self._usr = folder / "root", folder / "usr"
        self._chip, self._pins, self._line = ChipOnAPort(folder), Pins(folder), Line()
        self.field, self.lamps = self._chip.field, self._pins
        self._container: Container | None = None
        self._clones = itertools.count(1)
        self._is_stopped = False

    def server_address(self, port: int) -> str:
        """Return where the station finds a port of this machine's loopback."""
        self._line.pass_on(port)
        return f"{SERVER}:{port}"

    def write_card(self, bundle: Path) -> None:
        """Put a bundle on a fresh card of a bookworm image."""
        for folder in (self.root, self._usr):
            shutil.rmtree(folder, ignore_errors=True)
        laid.lay(self.root, self._usr)
        boot = card.boot_partition(bundle, BOOKWORM, self.root / laid.BOOT)
        # As FAT is shown: every file may be run.
        subprocess.run(["chmod", "-R", "0755", str(boot)], check=True)

    def start(self) -> None:
        """Switch the power on; a card's first start ends in another, as the card says."""
        assert self._container is None, "the power is on"
        port = self._chip.power_on()
        for _ in range(_STARTS):
            told = laid.told_by_firmware(self.root / laid.BOOT)
            self._container = container = self._boot(port, told)
            container.wait_until_begun(_STARTING_S)
            self._line.lay(container.leader)
            if container.wait_until_up(_STARTING_S) and not told:
                return
            ended = container.wait_until_ended(_STARTING_S)
            container.kill()
            self._container = None
            self._line.gone()
            if ended != REBOOTED:
                self._pins.power_off()
                self._chip.power_off()
                msg = f"the start ended with {ended}:\n{container.said()}"
                raise AssertionError(msg)
        msg = f"the card started {_STARTS} times and is not done:\n{container.said()}"
        raise AssertionError(msg)

    def cut(self) -> None:
        """Take the power away: every process ends at once."""
        if self._container is not None:
            self._container.kill()
            self._container = None
            self._line.gone()
            self._pins.power_off()
            self._chip.power_off()

    def stop(self) -> None:
        """End everything."""
        self.cut()
        if not self._is_stopped:
            self._is_stopped = True
            self._chip.close()
            self._pins.close()
            self._line.close()

    def run(self, command: str, timeout_s: float = 60) -> tuple[int, str]:
        """Run a shell command as root inside."""
        assert self._container is not None, "the power is off"
        done = subprocess.run(
            self._container.inside("sh", "-c", command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout_s,
            check=False,
            # A signal to the command's group is not for us.
            start_new_session=True,
        )
        return done.returncode, done.stdout.decode(errors="replace")

    def console(self) -> str:
        """Return what was written to the console over all starts."""
        return (self._folder / "console").read_text(errors="replace")

    def network(self, *, is_up: bool) -> None:
        """Plug the cable in or pull it out."""
        self._line.plug(is_up=is_up)

    def copy_state(self, into: Path) -> Path:
        """Copy what the card holds of the station's folder."""
        assert self._container is None, "the power is on"
        return _copied(self.root / STATE, into / Path(STATE).name)

    def clone(self) -> ContainedBoard:
        """Return a board with a copy of the card."""
        assert self._container is None, "the power is on"
        other = ContainedBoard(self._folder.with_name(f"{self._folder.name}-{next(self._clones)}"))
        other.take_card(self)
        return other

    def take_card(self, of: ContainedBoard) -> None:
        """Copy another board's card."""
        _copied(of.root, self.root)
        _copied(of._usr, self._usr)

    def __enter__(self) -> Self:
        """Give the board."""
        return self

    def __exit__(self, *_exc: object) -> None:
        """Stop it."""
        self.stop()

    def _boot(self, port: Path, told: Sequence[str]) -> Container:
        arguments = [
            f"--directory={self.root}",
            f"--overlay-ro=/usr:{self._usr}:/usr",
            f"--bind={port}:/dev/ttyAMA0",
            f"--bind={self._pins.pipe}:/dev/gpiochip0",
            *(told or ["systemd.unit=multi-user.target"]),
        ]
        return Container(self._folder, arguments)


def _copied(folder: Path, to: Path) -> Path:
    """Copy a folder with its owners, as a copy of the whole card would."""
    to.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "--archive", str(folder), str(to)], check=True)
    return to
