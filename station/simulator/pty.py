"""A serial port that is a pseudo-terminal: it appears under one name, can be pulled out and put back."""

import os
import termios
import tty
from pathlib import Path

_BAUDS = {
    getattr(termios, name): int(name[1:]) for name in dir(termios) if name[0] == "B" and name[1:].isdigit()
}
_CHUNK = 4096


class PseudoPort:
    """One end is ours; the other appears at `link`, a symbolic link that outlives unplugging by name."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self._ours = -1
        self._theirs = -1

    @property
    def is_plugged(self) -> bool:
        """Say whether the port is there."""
        return self._ours >= 0

    def fileno(self) -> int:
        """Return the descriptor to wait on."""
        return self._ours

    def plug(self) -> None:
        """Make the port appear; FileExistsError when something that is no link is in its place."""
        if self.link.exists() and not self.link.is_symlink():
            msg = f"{self.link} exists and is no link; name another place"
            raise FileExistsError(msg)
        ours, theirs = os.openpty()
        # Kept open on both sides: a pseudo-terminal nobody has open on the far side hangs up on us.
        tty.setraw(theirs)
        os.set_blocking(ours, False)
        self._ours, self._theirs = ours, theirs
        fresh = self.link.with_name(f".{self.link.name}.{os.getpid()}")
        fresh.symlink_to(os.ttyname(theirs))
        fresh.replace(self.link)

    def unplug(self) -> None:
        """Make the port go away; whoever has it open gets an error."""
        if not self.is_plugged:
            return
        self.link.unlink(missing_ok=True)
        ours, theirs, self._ours, self._theirs = self._ours, self._theirs, -1, -1
        os.close(theirs)
        os.close(ours)

    def baud(self) -> int:
        """Return the speed the host has set, or 0 for one without a name."""
        return _BAUDS.get(termios.tcgetattr(self._theirs)[5], 0)

    def read(self) -> bytes:
        """Return what the host has sent, nothing when there is nothing."""
        try:
            return os.read(self._ours, _CHUNK)
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> None:
        """Send bytes to the host; what it leaves unread too long is lost, as on a wire."""
        if self.is_plugged:
            try:
                os.write(self._ours, data)
            except BlockingIOError:
                return
