"""Where the disks lie: in memory, as the states of the disk that the crash tests lay out."""

from tests.crash.conftest import memory

__all__ = ["memory"]
