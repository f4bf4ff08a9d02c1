"""Who this server is to the stations: its name, the life of its store, its term and its key."""

import json
from dataclasses import dataclass

from central.config import CentralConfig
from central.errors import ConfigError
from central.work import keys
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
    path = config.data / "server.json"
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        name, inc, term = str(fields["server"]), str(fields["inc"]), int(fields["term"])
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror}); run rollbook-central init"
        raise ConfigError(msg) from error
    except (ValueError, KeyError, TypeError) as error:
        msg = f"{path} does not name server, inc and term; restore it from a backup"
        raise ConfigError(msg) from error
    return Server(name, inc, term, keys.signing_key(config.keys, keys.ACK))
