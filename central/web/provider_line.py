"""The line to the school's sign-in provider: it reaches the hosts the configuration names and no other."""

import logging
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

log = logging.getLogger(__name__)
TIMEOUT_S: Final = 10.0
_PORTS: Final = {"https": 443, "http": 80}


class ProviderLine(requests.Session):
    """Asks the issuer and the further hosts named; follows nobody, and takes no proxy of the machine.

    Where else the issuer's own document points is refused before a connection is made: whoever alters
    that document must not make this server knock at doors inside the school.
    """

    def __init__(self, issuer: str, hosts: tuple[str, ...] = ()) -> None:
        """Take the issuer's address, whose scheme and port hold for it alone, and names of hosts by TLS."""
        super().__init__()
        self.trust_env = False
        self.mount("https://", HTTPAdapter(max_retries=0))
        self.mount("http://", HTTPAdapter(max_retries=0))
        self._open = {_place(issuer), *(("https", host.lower(), 443) for host in hosts)}

    def request(self, *args: Any, **named: Any) -> requests.Response:  # noqa: ANN401  as the library takes them
        """Ask without following redirects, and not for ever."""
        return super().request(*args, **{"timeout": TIMEOUT_S, **named, "allow_redirects": False})

    def send(self, request: requests.PreparedRequest, **named: Any) -> requests.Response:  # noqa: ANN401  as above
        """Send a request to a host that is named; raises InvalidURL for any other."""
        place = _place(request.url or "")
        if place not in self._open:
            log.warning("oidc.refused host=%s", place[1] or "none")
            msg = f"{place[1] or 'no host'} is not named in the [oidc] table of central.toml (hosts)"
            raise requests.exceptions.InvalidURL(msg)
        return super().send(request, **named)


def line_of(providers: Mapping[str, Any]) -> ProviderLine:  # Any: as the library's settings are
    """Return the line for the provider in the settings of the library for signing in."""
    known = providers["openid_connect"]["APPS"][0]["settings"]
    return ProviderLine(known["server_url"], tuple(known.get("hosts", ())))


def _place(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port of an address as the library will read it, nothing for a strange one."""
    parts = urlsplit(url)
    try:
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return "", "", 0
    if "@" in parts.netloc or "\\" in url:
        return "", "", 0
    return parts.scheme, (parts.hostname or "").rstrip("."), port
