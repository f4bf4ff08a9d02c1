"""Central's data folder as the intake finds it: keys, identity, keyring and rosters, made without records."""

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from central.config import CentralConfig, PostgresConfig
from central.intake import schema_postgres
from central.store import postgres
from central.work import keys
from sync_agent.settable import Config
from sync_agent.signing import SigningKey, sign_note, sign_text
from tests.fakes.virtual_station import VirtualStation

ACK_KEY = SigningKey(b"central acknowledges with this..")
CONFIG_KEY = SigningKey(b"central sends rosters with this.")


def lay_out(
    folder: Path,
    stations: Iterable[VirtualStation] = (),
    inc: str = "first-life",
    term: int = 1,
    on: PostgresConfig | None = None,
) -> CentralConfig:
    """Make the folder and return the configuration that names it."""
    config = CentralConfig(data_dir=str(folder), postgres=on)
    config.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (config.keys / "server-ack.key").exists():
        keys.write_secret(config.keys / "server-ack.key", b"central acknowledges with this..".hex())
    (config.data / "rosters").mkdir(exist_ok=True)
    identify(config, inc, term)
    publish_keyring(config, stations)
    return config


def identify(config: CentralConfig, inc: str, term: int) -> None:
    """Write server.json."""
    identity = {"server": "central-1", "inc": inc, "term": term}
    _place(config.data / "server.json", json.dumps(identity))


def publish_keyring(
    config: CentralConfig, stations: Iterable[VirtualStation], revoked: Sequence[str] = ()
) -> None:
    """Rename a keyring into place, as commissioning does."""
    entries = {station.name: station.keyring_entry(revoked=station.name in revoked) for station in stations}
    _place(config.data / "keyring.json", json.dumps({"v": 1, "stations": entries}))


def publish_roster(config: CentralConfig, station: str, version: int) -> bytes:
    """Rename an empty roster into place and return the file's bytes."""
    fields = {"v": 1, "station": station, "version": version, "key_id": "k1", "width": 8, "tokens": ""}
    note = json.dumps({**fields, "expires_at": "2030-01-01T00:00:00+00:00"})
    text = json.dumps(sign_text("roster", note, CONFIG_KEY))
    _place(config.data / "rosters" / f"{station}.json", text)
    return text.encode()


def publish_config(config: CentralConfig, station: str, version: int) -> bytes:
    """Rename a configuration that sets nothing into place and return the file's bytes."""
    note = Config(station, version, datetime(2030, 1, 1, tzinfo=UTC), {}).members()
    text = json.dumps(sign_note("config", note, CONFIG_KEY))
    (config.data / "configs").mkdir(exist_ok=True)
    _place(config.data / "configs" / f"{station}.json", text)
    return text.encode()


def rows(config: CentralConfig, sql: str, *values: object) -> list[tuple[object, ...]]:
    """Ask the evidence from outside, as any other process may."""
    if config.postgres is not None:
        with closing(postgres.connect(config.postgres, is_reader=True)) as asking:
            return asking.execute(sql.replace("?", "%s"), values, binary=True).fetchall()
    with closing(sqlite3.connect(f"{config.evidence.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(sql, values).fetchall()


def change(config: CentralConfig, sql: str) -> None:
    """Carry a statement out on the evidence behind the intake's back."""
    if config.postgres is not None:
        with closing(postgres.connect(config.postgres)) as changing:
            changing.execute(sql)
        return
    with closing(sqlite3.connect(config.evidence)) as connection, connection:
        connection.execute(sql)


def saved(config: CentralConfig) -> Callable[[], None]:
    """Keep what the evidence holds now, as a backup does; return what puts it back."""
    if config.postgres is None:
        data = config.evidence.read_bytes()
        return lambda: _write(config.evidence, data)
    on = config.postgres
    tables = [name for name in schema_postgres.TABLES if name != "lineage"]
    with closing(postgres.connect(on)) as asking:
        kept = {name: asking.execute(f"SELECT * FROM {name}").fetchall() for name in tables}  # noqa: S608  ours

    def restore() -> None:
        with closing(postgres.connect(on)) as changing, changing.transaction():
            changing.execute("SET session_replication_role = replica")
            for name, held in kept.items():
                changing.execute(f"DELETE FROM {name}")  # noqa: S608  ours
                for row in held:
                    marks = ", ".join(["%s"] * len(row))
                    changing.execute(f"INSERT INTO {name} VALUES ({marks})", row)  # noqa: S608  ours

    return restore


def take_away(config: CentralConfig) -> None:
    """Have nothing left of the evidence."""
    if config.postgres is None:
        config.evidence.unlink()
    else:
        change(config, f"DROP SCHEMA {config.postgres.schema} CASCADE")


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _place(path: Path, text: str) -> None:
    draft = path.with_suffix(".new")
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, path)  # noqa: PTH105  the call the product makes
