"""Ask another server's staff API, by a token, for what only that server has."""

import json
import ssl
import stat
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from central.errors import CentralError, RefusedError, UnavailableError

_TIMEOUT_S: Final = 120.0
"""A year of a large school takes its server half a minute to count."""
_MOST_BYTES: Final = 256 * 1024 * 1024
"""More is no report; cut short it is no JSON either."""
_HERE: Final = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class OtherServer:
    """Where another server is, the secret of the token it knows, and whose word for its name is taken.

    `ca_file` is a certificate authority of the school's own; the machine's are trusted without it.
    """

    url: str
    secret: str = field(repr=False)
    ca_file: Path | None = None

    def __post_init__(self) -> None:
        """Raise CentralError for an address over which a token would travel in the clear."""
        parts = urlsplit(self.url)
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)
        if not is_safe or not parts.hostname or parts.query or parts.fragment:
            msg = f"{self.url}: name the server like https://rollbook.school.example; a token travels by TLS"
            raise CentralError(msg)

    def ask(self, what: tuple[str, ...], **how: str) -> dict[str, Any]:  # Any: JSON
        """Return what the API says at a path; raises RefusedError with its own words, or UnavailableError."""
        path = "/".join(quote(part, safe="") for part in what)
        query = f"?{urlencode(how)}" if how else ""
        address = f"{self.url.rstrip('/')}/api/v1/{path}{query}"
        request = urllib.request.Request(  # noqa: S310  the scheme was looked at above
            address, headers={"Authorization": f"Bearer {self.secret}", "Accept": "application/json"}
        )
        try:
            with self._opener().open(request, timeout=_TIMEOUT_S) as answer:
                body = answer.read(_MOST_BYTES)
        except urllib.error.HTTPError as error:
            with error:
                raise self._refusal(error) from error
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", error)
            msg = f"{self.url} cannot be asked ({reason}); look at the address, the network, its certificate"
            raise UnavailableError(msg) from error
        return self._object(body)

    def _opener(self) -> urllib.request.OpenerDirector:
        context = ssl.create_default_context(cafile=self.ca_file)
        return urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context), _Here()
        )

    def _refusal(self, error: urllib.error.HTTPError) -> CentralError:
        """Return what the other server said, in its own words where it has some."""
        try:
            said = json.loads(error.read(_MOST_BYTES))
            text = f"{self.url} refuses: {said['detail'] or said['title']}"
        except (ValueError, KeyError, TypeError):
            text = f"{self.url} answers {error.code} and does not say why; is it a Rollbook server?"
        return UnavailableError(text) if error.code >= 500 else RefusedError(text)  # noqa: PLR2004  HTTP's own line

    def _object(self, body: bytes) -> dict[str, Any]:  # as above
        try:
            found = json.loads(body)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            msg = f"{self.url} answers something else than was asked; is it a Rollbook server?"
            raise UnavailableError(msg)
        return found


class _Here(urllib.request.HTTPRedirectHandler):
    """Follows nobody: wherever it led, the token would go along."""

    def redirect_request(self, *_args: object, **_named: object) -> None:
        """Refuse to be sent on."""
        return


def secret_in(path: Path) -> str:
    """Return the secret on the first line of a file nobody else may read; raises CentralError."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path} cannot be read ({error}); write the secret there, mode 0600"
        raise CentralError(msg) from error
    if mode & 0o077:
        msg = f"{path}: others may read this secret (mode {mode:04o}); run chmod 600 on it"
        raise CentralError(msg)
    if not lines or not lines[0]:
        msg = f"{path} is empty; write the secret on its first line"
        raise CentralError(msg)
    return lines[0]
