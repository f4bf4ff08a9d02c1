"""Write a file whole: who reads meanwhile finds the old one or the new one, never half of one."""

import os
from pathlib import Path


def write(target: Path, data: bytes, mode: int = 0o600) -> None:
    """Put bytes in place of a file, readable by its owner alone unless told otherwise; raises OSError."""
    part = target.with_name(f".{target.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)
