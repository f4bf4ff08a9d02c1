"""Published: which life of which server stations speak to, as server.json says it, and the next one."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

from central.errors import ConfigError
from central.work import published_file

FILE_NAME: Final = "server.json"


@dataclass(frozen=True, slots=True)
class Incarnation:
    """One life of one server's store: `inc` is random, `term` grows with each life."""

    server: str
    inc: str
    term: int

    def next(self, inc: str) -> Self:
        """Return the life after this one; nothing is written."""
        return replace(self, inc=inc, term=self.term + 1)


def read_incarnation(path: Path) -> Incarnation:
    """Read server.json; raises ConfigError."""
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        return Incarnation(str(fields["server"]), str(fields["inc"]), int(fields["term"]))
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror}); run rollbook-central init"
        raise ConfigError(msg) from error
    except (ValueError, KeyError, TypeError) as error:
        msg = f"{path} does not name server, inc and term; restore it from a backup"
        raise ConfigError(msg) from error


def write_incarnation(path: Path, incarnation: Incarnation) -> None:
    """Replace server.json and return when that is on the disk; raises OSError.

    A life that was told to a station and forgotten in a power cut could be begun twice.
    """
    fields = {"server": incarnation.server, "inc": incarnation.inc, "term": incarnation.term}
    published_file.replace(path, json.dumps(fields))
