"""Published: where people's devices know the server, as they ask before they make a passkey."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from fido2.rpid import verify_rp_id


@dataclass(frozen=True, slots=True)
class Site:
    """Where devices know the server: the host their keys are made for, and the one address that may ask."""

    host: str
    origin: str

    @classmethod
    def at(cls, public_url: str) -> "Site | None":
        """Return the site of an address; None where devices make no keys: for a number, or without TLS."""
        parts = urlsplit(public_url.lower())
        host = parts.hostname or ""
        is_usual = parts.port in {None, {"https": 443, "http": 80}.get(parts.scheme)}
        origin = f"{parts.scheme}://{host}" + ("" if is_usual else f":{parts.port}")
        return cls(host, origin) if not _is_number(host) and verify_rp_id(host, origin) else None


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
