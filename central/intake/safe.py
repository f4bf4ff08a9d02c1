"""What is held in a backup as well: how far, of each epoch of each station."""

import json
from collections.abc import Mapping
from pathlib import Path

from central.intake.published import Published

_Heads = Mapping[str, Mapping[str, int]]


class Safe:
    """The file safe.json, followed while the intake runs."""

    def __init__(self, path: Path) -> None:
        nothing: _Heads = {}
        self._heads = Published(path, _read, nothing)

    def seq(self, station: str, epoch: int) -> int:
        """Return up to where an epoch is in the last good backup, 0 where it is not."""
        return self._heads.current().get(station, {}).get(str(epoch), 0)


def _read(data: bytes) -> _Heads:
    told = json.loads(data)
    if told["v"] != 1:
        msg = "it is of another version"
        raise ValueError(msg)
    return {
        station: {epoch: int(seq) for epoch, seq in epochs.items()}
        for station, epochs in told["heads"].items()
    }
