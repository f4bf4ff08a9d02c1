"""Published: what a release calls this machine and its Python."""

import platform
import struct
import sys

_32_BIT = 4


def platform_name() -> str:
    """Return the name of this platform in a release, like cp313-aarch64."""
    machine = platform.machine()
    # A 32-bit system on a 64-bit kernel is asked what it is, and tells what the kernel is.
    if machine == "aarch64" and struct.calcsize("P") == _32_BIT:
        machine = "armv7l"
    return f"cp{sys.version_info.major}{sys.version_info.minor}-{machine}"
