"""The records as one file to hold against others: where they are one, or copied out of PostgreSQL."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from central.config import CentralConfig


@contextmanager
def live_records(config: CentralConfig) -> Iterator[Path]:
    """Yield a file of today's records; a copy is gone afterwards. Raises UnavailableError."""
    if config.postgres is None:
        yield config.records
        return
    from central.store import portable  # its driver takes longer to load than some commands run

    # In a folder nobody else may enter, and no backup takes.
    with tempfile.TemporaryDirectory(prefix=".live-", dir=config.data) as folder:
        path = Path(folder) / "records.sqlite"
        portable.copy_out(config.postgres, path, None)
        yield path
