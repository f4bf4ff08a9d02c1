"""What this process and others have used, as the kernel counts it."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

_TICKS_A_SECOND: Final = os.sysconf("SC_CLK_TCK")
_KIB_A_MIB: Final = 1024
# Of the fields after the command's name in /proc/PID/stat.
_USER, _SYSTEM = 11, 12


def family(pid: int) -> Iterator[int]:
    """Yield a process and all that came of it and still run."""
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except FileNotFoundError:
        return
    for child in map(int, children):
        yield from family(child)


def cpu_s(pids: Iterable[int]) -> float:
    """Return the processor seconds of processes that run; one that ended counts for nothing."""
    ticks = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        ticks += int(fields[_USER]) + int(fields[_SYSTEM])
    return ticks / _TICKS_A_SECOND


def peak_mib(pid: int) -> float:
    """Return the most memory a running process ever held."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / _KIB_A_MIB
    msg = f"the kernel does not say how much memory process {pid} held"
    raise RuntimeError(msg)


def own_cpu_s(act: Callable[[], object]) -> float:
    """Return the processor seconds this process uses to do something."""
    began = time.process_time()
    act()
    return time.process_time() - began
