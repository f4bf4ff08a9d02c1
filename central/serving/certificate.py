"""The certificate this server shows: taken anew when its files change, while it serves."""

import logging
import ssl
from pathlib import Path
from typing import Final

from central.config import TlsConfig

log = logging.getLogger(__name__)
LOOK_EVERY_S: Final = 60

_Files = tuple[tuple[int, int], ...]


class Certificate:
    """Follows the files of a certificate for one running server."""

    def __init__(self, config: TlsConfig, context: ssl.SSLContext) -> None:
        """Take the context that serves; it has loaded the files as they are now."""
        self._config = config
        self._context = context
        self._seen = _measure(config)

    def look(self) -> bool:
        """Load the files again if they changed, and say whether that was done.

        Files that do not belong together, as in the moment between two copies, are left alone and
        looked at again; what is shown meanwhile is the certificate there was.
        """
        found = _measure(self._config)
        if found in (self._seen, None):
            return False
        try:
            # In a context of its own first: a failure half way would leave the serving one without a key.
            trial = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            trial.load_cert_chain(self._config.certificate, self._config.key)
            self._context.load_cert_chain(self._config.certificate, self._config.key)
        except (OSError, ssl.SSLError) as error:
            log.warning("certificate.not-taken error=%s", type(error).__name__)
            return False
        self._seen = found
        # Only now: it reads records, which cannot be loaded before the program is set up.
        from central.work.health import ends_at

        log.info("certificate.taken until=%s", ends_at(Path(self._config.certificate)).isoformat())
        return True


def _measure(config: TlsConfig) -> _Files | None:
    try:
        found = [Path(name).stat() for name in (config.certificate, config.key)]
    except OSError:
        return None
    return tuple((each.st_mtime_ns, each.st_size) for each in found)
