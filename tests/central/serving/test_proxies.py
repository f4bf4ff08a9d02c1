"""Whom a request was forwarded for is believed of the proxies that are named, and of nobody else."""

import asyncio
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import pytest

from central.config import CentralConfig, read
from central.serving.site import Life, Site
from station.errors import SettingsError

FORWARDED = [(b"x-forwarded-for", b"198.51.100.9"), (b"x-forwarded-proto", b"https")]


def seen(config: CentralConfig, client: str, headers: list[tuple[bytes, bytes]]) -> tuple[str, str]:
    """Return whom and which scheme the application sees, through the real server's own way to it."""
    found: list[MutableMapping[str, Any]] = []  # ASGI's scope holds values of any kind

    async def app(scope: MutableMapping[str, Any], _receive: object, _send: object) -> None:
        found.append(scope)

    site = Site(app, config, has_lifespan=False, life=Life(lambda: None, lambda: True))
    site.config.load()
    scope = {"type": "http", "scheme": "http", "client": (client, 4711), "headers": headers}
    asyncio.run(site.config.loaded_app(scope, None, None))
    return found[0]["client"][0], found[0]["scheme"]


def test_nobody_is_believed_where_no_proxy_is_named() -> None:
    assert seen(CentralConfig(), "127.0.0.1", FORWARDED) == ("127.0.0.1", "http")


def test_a_named_proxy_is_believed_and_what_came_before_it_is_not() -> None:
    config = CentralConfig(proxies=("192.0.2.1", "10.9.0.0/16"))
    assert seen(config, "192.0.2.1", FORWARDED) == ("198.51.100.9", "https")
    assert seen(config, "10.9.3.4", FORWARDED) == ("198.51.100.9", "https")
    assert seen(config, "192.0.2.2", FORWARDED) == ("192.0.2.2", "http")
    # What the client itself wrote stands to the left of what the proxy added.
    forged = [(b"x-forwarded-for", b"127.0.0.1, 198.51.100.9"), (b"x-forwarded-proto", b"https")]
    assert seen(config, "192.0.2.1", forged) == ("198.51.100.9", "https")


@pytest.mark.parametrize("named", ["*", "0.0.0.0/0", "::/0", "proxy.school.example", "10.0.0.1/8", ""])
def test_everybody_is_no_proxy(tmp_path: Path, named: str) -> None:
    file = tmp_path / "central.toml"
    file.write_text(f'proxies = ["{named}"]\n', encoding="utf-8")
    with pytest.raises(SettingsError):
        read(file)


@pytest.mark.parametrize("minutes", [0, 4, 721])
def test_a_session_ends_some_time(tmp_path: Path, minutes: int) -> None:
    file = tmp_path / "central.toml"
    file.write_text(f"idle_minutes = {minutes}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="idle_minutes is 5 to 720"):
        read(file)
