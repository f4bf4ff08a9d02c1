"""Change the station's signing key: a next one, signed for by the one before, and only then the step over."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from station.durable import sync_folder
from station.errors import SettingsError
from station.logs import Log
from station.settings import Secret
from sync_agent.composing import Identity
from sync_agent.config import KEY_FILE
from sync_agent.errors import AgentError, WireError
from sync_agent.folder import unwritable
from sync_agent.keygen import make_key
from sync_agent.ports import Reply
from sync_agent.signing import SigningKey
from sync_agent.wire import KeyState, Problem, Rotation, nonce_text, parse_key_answer

log = Log(__name__)

NEXT: Final = "next.key"
_OK: Final = 200
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 16


class KeyCourier(Protocol):
    """Carries a next key to central."""

    def bring_key(self, message: bytes) -> Reply:
        """Carry a rotation; raises CourierError."""


@dataclass(slots=True)
class KeyRotation:
    """The next key's way from its birth to its use; where it stands is in files, so power may go anywhere.

    Without the file `next.key` in `folder` nothing is under way. `restart` ends the agent in an orderly
    way, for somebody to start it anew with the key it then finds.
    """

    identity: Identity
    folder: Path
    courier: KeyCourier
    restart: Callable[[], None]
    random_bytes: Callable[[int], bytes] = secrets.token_bytes

    def begin(self) -> None:
        """Make a next key, unless one is on its way; raises ConfigError, MemoryFileError."""
        following = self.folder / NEXT
        if following.exists():
            return
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise unwritable(following, error) from error
        made = make_key(following, self.random_bytes)
        log.info("key.made", kid=made.kid)

    def follow(self) -> None:
        """Bring the next key if there is one, and step over to it once central has it in use.

        Never raises for what central or the line does wrong.
        """
        following = self.folder / NEXT
        if not following.exists():
            return
        try:
            new = SigningKey(Secret(following).hex_bytes(_KEY_BYTES))
            if self._is_in_use(new):
                following.replace(self.folder / KEY_FILE)
                sync_folder(self.folder)
                log.info("key.taken-over", kid=new.kid, before=self.identity.key.kid)
                self.restart()
        except (AgentError, SettingsError, OSError) as error:
            log.warning("key.waits", why=error)

    def _is_in_use(self, new: SigningKey) -> bool:
        nonce = nonce_text(self.random_bytes(_NONCE_BYTES))
        rotation = Rotation(station=self.identity.station, public=new.verify_key, nonce=nonce)
        reply = self.courier.bring_key(rotation.request(self.identity.key, new))
        if reply.status != _OK:
            name = Problem.from_json(reply.status, reply.body).type
            msg = f"central does not take the next key ({name})"
            raise WireError(msg)
        note = parse_key_answer(reply.body, self.identity.server_key)
        if (note.station, note.kid, note.nonce) != (self.identity.station, new.kid, nonce):
            msg = "the answer is about another key"
            raise WireError(msg)
        return note.state is KeyState.IN_USE
