"""The one configuration file of central, read into one frozen value."""

import os
from dataclasses import dataclass, replace
from ipaddress import ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from station import settings

ENVIRONMENT = "ROLLBOOK_CENTRAL_CONFIG"
MOST_AT_ONCE = 200
"""PowerSchool takes no more records in one batch."""
SHORTEST_IDLE, LONGEST_IDLE = 5, 720
"""Minutes; a class is taught in fewer than the 90 that hold unless told otherwise."""


@dataclass(frozen=True, slots=True)
class PracticeConfig:
    """Marks a practice installation: its clock is moved by hand and its numbers are never claimed."""

    clock: str


@dataclass(frozen=True, slots=True)
class TlsConfig:
    """Paths of the certificate chain and private key, both PEM."""

    certificate: str
    key: str


@dataclass(frozen=True, slots=True)
class OidcConfig:
    """Where people of this school sign in otherwise: an OpenID provider that knows this server.

    `hosts` names the further hosts its documents point to; this server asks no other.
    """

    issuer: str
    client_id: str
    client_secret: settings.Secret
    name: str = "School account"
    hosts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raise ValueError for a provider that is spoken to in the clear."""
        parts = urlsplit(self.issuer)
        if parts.scheme != "https" and parts.hostname != "127.0.0.1":
            msg = "the issuer must be an https:// address; ask whoever runs it"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class PostgresConfig:
    """The PostgreSQL server that holds both databases instead of files, and whose rows are this school's.

    `url` is libpq's, without a password: that is read from the file `password`, or libpq finds it itself.
    `lea` and `school` are the codes every key begins with: 7 digits (county and district) and 14 (CDS).
    With `standby`, nothing is written while the server waits for no standby at a commit.
    """

    url: str
    lea: str
    school: str
    password: settings.Secret | None = None
    standby: bool = False

    def __post_init__(self) -> None:
        """Raise ValueError for a secret in the open and for codes that could not be part of a name."""
        parts = urlsplit(self.url)
        if parts.scheme not in {"postgresql", "postgres"} or parts.password is not None:
            msg = "url is like postgresql://rollbook@db.district.example/rollbook, without a password"
            raise ValueError(msg)
        for name, code, digits in (("lea", self.lea, 7), ("school", self.school, 14)):
            if not (code.isascii() and code.isdigit() and len(code) == digits):
                msg = f"{name} is {digits} digits; {code!r} is not"
                raise ValueError(msg)

    @property
    def schema(self) -> str:
        """The schema that holds this school's tables, a shard of its own where an engine shards by schema."""
        return f"school_{self.school}"


@dataclass(frozen=True, slots=True)
class KitConfig:
    """Where each night's emergency kit is saved, and the file of its passphrase, mode 0600."""

    folder: str
    passphrase: settings.Secret


@dataclass(frozen=True, slots=True)
class SisCodes:
    """The codes of attendance there; each must be one of the school's own attendance codes of the year."""

    present: str = "P"
    absent: str = "A"
    tardy: str = "T"

    def __post_init__(self) -> None:
        """Raise ValueError where two marks could not be told apart when they are read back."""
        if len({self.present, self.absent, self.tardy}) < 3:  # noqa: PLR2004  present, absent, tardy
            msg = "present, absent and tardy each need a code of their own"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class PowerSchoolConfig:
    """The PowerSchool server records are delivered to: no request ever goes to any other host.

    `school` is its School_Number. `queries` is what the names of the plugin's queries begin with. A
    `batch` of 1 speaks as servers before 25.3 do. What got no clear answer is sent again `rest_s`
    seconds later at the earliest, and only if it is not found there. Confirmed days are read again for
    `reread_days`; `change_feed` names the plugin's data version subscription, which finds older ones.
    `plain_http` is for a rehearsal on this machine alone.
    """

    url: str
    client_id: str
    client_secret: settings.Secret
    school: str
    mode: Literal["meeting", "daily", "time"] = "meeting"
    codes: SisCodes = SisCodes()
    queries: str = "org.rollbook.sis.delivery"
    batch: int = 200
    rest_s: int = 300
    reread_days: int = 30
    change_feed: str = ""
    plain_http: bool = False
    ca_file: Path | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for an address a secret would travel to in the clear, and impossible numbers."""
        parts = urlsplit(self.url)
        is_rehearsal = self.plain_http and parts.scheme == "http" and parts.hostname == "127.0.0.1"
        is_whole = parts.hostname and not (parts.query or parts.fragment or parts.username)
        if not is_whole or not (parts.scheme == "https" or is_rehearsal):
            msg = "url must be like https://powerschool.district.example; the secret travels by TLS only"
            raise ValueError(msg)
        if not 1 <= self.batch <= MOST_AT_ONCE or self.rest_s < 0 or self.reread_days < 0:
            msg = f"batch is 1 to {MOST_AT_ONCE}; rest_s and reread_days are not below zero"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class CentralConfig:
    """Everything central is told; paths are absolute or relative to the folder of the file.

    `allowed_hosts` names every host staff type into a browser. `public_url` is what stations and
    printed pages point to. Stations are heard on `station_port` by a process of their own; with
    `serve --single` they share `port`. `clock_error_ms` is how far this machine's clock may be from
    UTC where its kernel does not know: while it is set by hand, or by something that does not tell it.
    With `postgres` both databases are there, and this folder keeps only keys and what stations are told.
    Reports are written on schedule into `report_folders` and nowhere else. Only from `proxies`, addresses
    or networks, is it believed whom a request was forwarded for and by which scheme. A member of staff
    who does nothing for `idle_minutes` is signed out.
    """

    data_dir: str = "var/central"
    host: str = "127.0.0.1"
    port: int = 8080
    station_port: int = 8081
    public_url: str = "http://127.0.0.1:8080"
    allowed_hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    time_zone: str = "America/Los_Angeles"
    language: str = "en"
    clock_error_ms: int = 50
    tls: TlsConfig | None = None
    practice: PracticeConfig | None = None
    oidc: OidcConfig | None = None
    postgres: PostgresConfig | None = None
    kit: KitConfig | None = None
    powerschool: PowerSchoolConfig | None = None
    report_folders: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    idle_minutes: int = 90

    def __post_init__(self) -> None:
        """Raise ValueError for a proxy that is anybody, and for sessions without an end."""
        for text in self.proxies:
            if ip_network(text).prefixlen == 0:
                msg = f"proxies: {text} is everybody; name the addresses of your own proxies"
                raise ValueError(msg)
        if not SHORTEST_IDLE <= self.idle_minutes <= LONGEST_IDLE:
            msg = f"idle_minutes is {SHORTEST_IDLE} to {LONGEST_IDLE}"
            raise ValueError(msg)

    @property
    def data(self) -> Path:
        """The folder that holds both databases, the keys and what is published to stations."""
        return Path(self.data_dir)

    @property
    def records(self) -> Path:
        """The staff side's database file."""
        return self.data / "records.sqlite"

    @property
    def evidence(self) -> Path:
        """The intake's database file."""
        return self.data / "evidence.sqlite"

    @property
    def evidence_at(self) -> Path | PostgresConfig:
        """Where the intake's evidence is kept, for whoever reads it."""
        return self.evidence if self.postgres is None else self.postgres

    @property
    def keys(self) -> Path:
        """The folder of secret and public keys, mode 0700."""
        return self.data / "keys"


def read(path: Path) -> CentralConfig:
    """Read the file at `path`; paths inside it are taken relative to its folder."""
    config = settings.load(path, CentralConfig)
    base = path.resolve().parent
    practice = config.practice and PracticeConfig(clock=str(base / config.practice.clock))
    tls = config.tls and TlsConfig(str(base / config.tls.certificate), str(base / config.tls.key))
    kit = config.kit and replace(config.kit, folder=str(base / config.kit.folder))
    folders = tuple(str(base / folder) for folder in config.report_folders)
    return replace(
        config,
        data_dir=str(base / config.data_dir),
        tls=tls,
        practice=practice,
        kit=kit,
        report_folders=folders,
    )


def current() -> CentralConfig:
    """Read the file the environment names; without one, the defaults, which serve type checks and tests."""
    named = os.environ.get(ENVIRONMENT)
    return read(Path(named)) if named else CentralConfig()
