"""Who this server is to the stations: its name, the life of its store, its term and its key."""

from dataclasses import dataclass, replace
from pathlib import Path

from central.config import CentralConfig
from central.work import keys
from central.work.incarnation import FILE_NAME, Incarnation, read_incarnation, write_incarnation
from sync_agent.signing import SigningKey


@dataclass(frozen=True, slots=True)
class Server:
    """What every acknowledgement names; `key` signs acknowledgements, beacons and registrations."""

    name: str
    inc: str
    term: int
    key: SigningKey


def read_server(config: CentralConfig) -> Server:
    """Read server.json and the acknowledging key; raises ConfigError, or SettingsError for the key."""
    told = read_incarnation(config.data / FILE_NAME)
    return Server(told.server, told.inc, told.term, keys.signing_key(config.keys, keys.ACK))


def begin_incarnation(data: Path, server: Server, inc: str) -> Server:
    """Begin the next life of the store in `data`; on the disk when this returns. Raises OSError."""
    begun = Incarnation(server.name, server.inc, server.term).next(inc)
    write_incarnation(data / FILE_NAME, begun)
    return replace(server, inc=begun.inc, term=begun.term)
