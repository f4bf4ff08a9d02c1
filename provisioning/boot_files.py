"""What is changed in the two files of Raspberry Pi OS's own that a station needs otherwise."""

import re

from provisioning.errors import CardError
from provisioning.first_run import ARGUMENTS
from provisioning.system_cells import BOOKWORM

_BEGIN, _END = "# --- rollbook: begin", "# --- rollbook: end"
_OURS = re.compile(rf"\n*{_BEGIN}\n.*?{_END}\n?", re.DOTALL)
# A login prompt on the reader's pins would talk over it.
_SERIAL_CONSOLE = re.compile(r"console=(?:serial\d*|ttyAMA\d+|ttyS\d+)(?:,\S*)?")


def command_line(text: str, system: str) -> str:
    """Return `cmdline.txt` for a station: one line, no console on the reader's port, our first run.

    Errors: CardError where it is no command line that could start a system.
    """
    words = text.split()
    if len(text.strip().splitlines()) != 1 or not any(word.startswith("root=") for word in words):
        msg = "cmdline.txt is not one line that names a root; write Raspberry Pi OS to the card again"
        raise CardError([msg])
    kept = [word for word in words if not _SERIAL_CONSOLE.fullmatch(word) and word not in ARGUMENTS]
    return " ".join([*kept, *(ARGUMENTS if system == BOOKWORM else ())]) + "\n"


def firmware_settings(text: str, block: str) -> str:
    """Return `config.txt` with our block at its end, once, in the place of any before it."""
    before = _OURS.sub("\n", text).rstrip()
    return f"{before}\n{block}"
