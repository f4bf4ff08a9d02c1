"""What sync.toml may say, and the keys it names."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from station.settings import Secret, load
from sync_agent.errors import ConfigError, SignatureError
from sync_agent.signing import SigningKey, VerifyKey

KEYS_FOLDER = "keys"
"""Below the station's folder, for keys that followed the first; the unit keeps the station out of it."""
KEY_FILE = "station.key"
DEFAULT_FILE = Path("/etc/rollbook/sync.toml")
# The name goes into addresses and file names.
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_DAY_S = 86_400
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class TimingSettings:
    """Seconds between talks. Without `poll_s` central says how often it wishes to hear.

    `linger_s` is how soon new entries are noticed and sent; `backoff_s` bounds the first wait after a
    failure, `longest_backoff_s` every wait; `reconnect_s` bounds the wait before the first talk after
    a power cut, which central spreads over all stations.
    """

    poll_s: float | None = None
    linger_s: float = 2.0
    backoff_s: float = 4.0
    longest_backoff_s: float = 300.0
    reconnect_s: float = 300.0

    def __post_init__(self) -> None:
        for name in ("poll_s", "linger_s", "backoff_s", "longest_backoff_s"):
            value = getattr(self, name)
            if value is not None and not 0 < value <= _DAY_S:
                msg = f"{name} is {value}; give seconds, more than 0 and at most a day"
                raise ValueError(msg)
        if not 0 <= self.reconnect_s <= _DAY_S:
            msg = f"reconnect_s is {self.reconnect_s}; give seconds, from 0 to a day"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class PracticeSettings:
    """A rehearsal: time is moved by the file named, and every record says so for ever."""

    clock: Path


@dataclass(frozen=True, slots=True)
class SyncSettings:
    """One agent, as sync.toml describes it."""

    station: str
    state_dir: Path
    server: str
    server_key: Path
    config_key: Path
    signing_key: Secret
    ca_file: Path | None = None
    timing: TimingSettings = field(default_factory=TimingSettings)
    practice: PracticeSettings | None = None

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.station):
            msg = f"station is {self.station!r}; give lower-case letters, digits and dashes, 63 at most"
            raise ValueError(msg)
        parts = urlsplit(self.server)
        if parts.scheme not in {"https", "http"} or not parts.hostname or parts.query or parts.fragment:
            msg = f"server is {self.server!r}; give an address like https://central.school.lan"
            raise ValueError(msg)
        if parts.username is not None or parts.password is not None:
            msg = "server holds a name or a password; leave them out, the station signs what it sends"
            raise ValueError(msg)
        if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            msg = f"server is {self.server!r}; http is for this machine only, use https"
            raise ValueError(msg)

    @property
    def key_in_use(self) -> Secret:
        """Return the newest key that took over, else the one the station was set up with."""
        followed = self.state_dir / KEYS_FOLDER / KEY_FILE
        return Secret(followed) if followed.exists() else self.signing_key


@dataclass(frozen=True, slots=True)
class Keys:
    """The agent's own key and the two it has pinned."""

    signing: SigningKey
    server: VerifyKey
    config: VerifyKey


def read(file: Path) -> SyncSettings:
    """Return the settings of an agent; raises SettingsError naming every problem."""
    return load(file, SyncSettings)


def read_keys(settings: SyncSettings) -> Keys:
    """Return the keys the settings name.

    Raises ConfigError naming every file that cannot be used; SettingsError for the private one.
    """
    signing = SigningKey(settings.key_in_use.hex_bytes(32))
    found: dict[str, VerifyKey] = {}
    problems = []
    for name, file in (("server_key", settings.server_key), ("config_key", settings.config_key)):
        try:
            found[name] = VerifyKey.from_hex(file.read_text(encoding="ascii"))
        except (OSError, UnicodeDecodeError, SignatureError) as error:
            why = error.strerror if isinstance(error, OSError) else "not 64 hexadecimal characters"
            problems.append(f"{file}: {name} cannot be used ({why}); copy central's public key there")
    if problems:
        raise ConfigError("\n".join(problems))
    return Keys(signing, found["server_key"], found["config_key"])
