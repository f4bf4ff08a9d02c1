"""Published: public keys as an auditor holds them in files, with the time each was in use."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from central.errors import ConfigError
from sync_agent.signing import SignatureError, VerifyKey


@dataclass(frozen=True, slots=True)
class DatedKey:
    """A key and when it was in use, ms UTC; None where the file does not say."""

    key: VerifyKey
    since_ms: int | None = None
    until_ms: int | None = None


Keys = Mapping[str, DatedKey]
"""Keys by their short names."""


def read(files: Iterable[Path]) -> dict[str, DatedKey]:
    """Return the keys of some files: a line each, 64 hexadecimal digits and perhaps `since=` and `until=`.

    Both are instants like 2026-08-17T15:04:05.678Z. Raises ConfigError.
    """
    found: dict[str, DatedKey] = {}
    for file in files:
        try:
            found |= parsed(file.read_text(encoding="ascii"), str(file))
        except (OSError, UnicodeDecodeError) as error:
            raise _no_keys(str(file), error) from error
    return found


def parsed(text: str, name: str) -> dict[str, DatedKey]:
    """Return the keys of one such text, called by a name in the error; raises ConfigError."""
    found: dict[str, DatedKey] = {}
    try:
        for line in text.splitlines():
            if line.strip() and not line.startswith("#"):
                dated = _key(line)
                found[dated.key.kid] = dated
    except (ValueError, SignatureError) as error:
        raise _no_keys(name, error) from error
    return found


def _no_keys(name: str, error: Exception) -> ConfigError:
    return ConfigError(
        f"{name} holds no public keys ({error}); give a line of 64 hexadecimal digits for each"
    )


def line(public: str, since_at: datetime, until_at: datetime | None) -> str:
    """Write one key as `read` reads it."""
    until = "" if until_at is None else f" until={until_at.isoformat()}"
    return f"{public} since={since_at.isoformat()}{until}\n"


def plain(keys: Keys) -> dict[str, VerifyKey]:
    """Return the keys without their dates."""
    return {kid: dated.key for kid, dated in keys.items()}


def _key(text: str) -> DatedKey:
    public, *told = text.split()
    dates = dict(each.split("=", 1) for each in told)
    if dates.keys() - {"since", "until"}:
        msg = "beside a key there is something that is neither since= nor until="
        raise ValueError(msg)
    return DatedKey(VerifyKey.from_hex(public), _ms(dates.get("since")), _ms(dates.get("until")))


def _ms(text: str | None) -> int | None:
    if text is None:
        return None
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        msg = f"{text} names no time zone"
        raise ValueError(msg)
    return int(at.timestamp() * 1000)
