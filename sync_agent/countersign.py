"""Sign central's certificate of a day if this station's own journal says the same, and keep it for ever."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from station.errors import StationError
from station.journal import JournalReader
from station.logs import Log
from sync_agent.certificate import PURPOSE, Certificate, Range, open_certificate
from sync_agent.composing import Identity
from sync_agent.errors import AgentError, WireError
from sync_agent.folder import place, unwritable
from sync_agent.ports import Courier
from sync_agent.recount import ContradictionError, Recount
from sync_agent.signed_text import SignedText
from sync_agent.signing import SignatureError, sign_text

log = Log(__name__)

FOLDER: Final = "certificates"
PAUSE_S: Final = 300.0
"""How long a day is left alone after its certificate was answered, or could not be used."""
PAGES_A_TURN: Final = 10
"""Pages of the journal read in one turn: 5,000 entries, which taps must not wait for."""
_OK: Final = 200
_DONE: Final = frozenset({_OK, 204})
_NOT_IN_FORCE: Final = 409


@dataclass(frozen=True, slots=True)
class _Kept:
    signed: SignedText
    certificate: Certificate


@dataclass(slots=True)
class Countersigner:
    """Follows the certificates central offers, one at a time, a little in each turn.

    A certificate that contradicts the journal is never signed; it is kept as it came, because it is
    signed. `refused` says so for whoever looks at the agent, until a right one comes for that day.
    """

    identity: Identity
    state_dir: Path
    courier: Courier
    journal: JournalReader
    monotonic: Callable[[], float]
    refused: str | None = field(default=None, init=False)
    _refused_day: str | None = field(default=None, init=False)
    _signed: SignedText | None = field(default=None, init=False)
    _recount: Recount | None = field(default=None, init=False)
    _resting: tuple[str, float] = field(default=("", 0.0), init=False)

    def follow(self, certificate: str | None) -> None:
        """Do the next piece of work on the certificate of the day central offers, None for no day.

        Never raises for what central or the line does wrong. Raises MemoryFileError.
        """
        day = _plain(certificate)
        if day is None or (day == self._resting[0] and self.monotonic() < self._resting[1]):
            return
        try:
            self._go_on(day)
        except ContradictionError as error:
            self._refuse(day, error)
        except (AgentError, StationError) as error:
            self._rest(day)
            log.warning("certificate.unusable", day=day, why=error)

    def _go_on(self, day: str) -> None:
        if self._recount is None or self._recount.certificate.day.isoformat() != day:
            self._begin(day)
        if self._recount is not None and self._recount.step(PAGES_A_TURN):
            self._sign(day, self._recount.certificate)

    def _begin(self, day: str) -> None:
        reply = self.courier.fetch_certificate(day)
        if reply.status != _OK:
            msg = f"the answer to a request for a certificate was {reply.status}"
            raise WireError(msg)
        signed = SignedText.of(reply.body)
        certificate = open_certificate(signed.signed, self.identity.server_key)
        self._signed, self._recount = signed, None
        if (certificate.station, certificate.day.isoformat()) != (self.identity.station, day):
            msg = "the certificate is of another station or another day"
            raise SignatureError(msg)
        kept = self._kept(day)
        if kept is not None and kept.signed.note == signed.note and self._is_own(kept.signed):
            self._post(day, kept.signed)
            return
        self._compare(certificate, kept)
        self._recount = Recount(certificate, self.journal)

    def _compare(self, certificate: Certificate, kept: _Kept | None) -> None:
        """Hold a certificate against what this station signed before; raise ContradictionError."""
        if kept is not None:
            before = kept.certificate.ranges
            if not all(any(new.covers(old) for new in certificate.ranges) for old in before):
                msg = "entries this station and central had certified for the day are left out"
                raise ContradictionError(msg)
        for other in self._neighbours(certificate.day):
            is_later = other.certificate.day < certificate.day
            is_next = certificate.prev == other.signed.sha256
            for mine in certificate.ranges:
                for theirs in (each for each in other.certificate.ranges if each.epoch == mine.epoch):
                    first, second = (theirs, mine) if is_later else (mine, theirs)
                    _require_apart(first, second, is_next=is_next)

    def _neighbours(self, day: date) -> Iterator[_Kept]:
        """Yield the certificates kept of the days before and after a day."""
        days = sorted(
            found for file in self._folder.glob("*.json") if (found := _plain(file.stem)) is not None
        )
        before = [each for each in days if each < day.isoformat()][-1:]
        after = [each for each in days if each > day.isoformat()][:1]
        for each in [*before, *after]:
            kept = self._kept(each)
            if kept is not None:
                yield kept

    def _kept(self, day: str) -> _Kept | None:
        """Return what this station keeps of a day; None where it lost that or it proves nothing any more."""
        try:
            signed = SignedText.of(self._file(day).read_bytes())
            return _Kept(signed, open_certificate(signed.signed, self.identity.server_key))
        except (OSError, AgentError):
            return None

    def _is_own(self, signed: SignedText) -> bool:
        return signed.countersignature is not None and signed.countersignature["kid"] == self.identity.key.kid

    def _sign(self, day: str, certificate: Certificate) -> None:
        assert self._signed is not None  # noqa: S101  a recount begins with it
        own = sign_text(PURPOSE, self._signed.note, self.identity.key)
        signature = {name: own[name] for name in ("kid", "alg", "sig")}
        both = SignedText(self._signed.note, self._signed.signature, signature)
        self._recount = None
        self._set_by(day)
        # Before it is sent: what this station has signed it must be able to show.
        self._keep(f"{day}.json", both)
        if self._refused_day == day:
            self.refused = self._refused_day = None
        log.info(
            "certificate.countersigned",
            day=day,
            revision=certificate.revision,
            state=certificate.state,
            entries=certificate.entries,
        )
        self._post(day, both)

    def _post(self, day: str, both: SignedText) -> None:
        body = json.dumps(both.countersigned, ensure_ascii=False, separators=(",", ":")).encode()
        reply = self.courier.send_countersignature(day, body)
        if reply.status == _NOT_IN_FORCE:
            # A newer revision came in between; it is fetched and compared at the next turn.
            log.info("certificate.superseded", day=day)
            return
        if reply.status not in _DONE:
            msg = f"the answer to a countersignature was {reply.status}"
            raise WireError(msg)
        self._rest(day)

    def _refuse(self, day: str, error: ContradictionError) -> None:
        self.refused, self._refused_day = f"{day}: {error}", day
        self._rest(day)
        if self._signed is not None:
            self._keep(f"{day}.refused.json", self._signed)
        log.error(
            "certificate.refused", day=day, why=error, do="keep the station's card and call for an audit"
        )

    def _rest(self, day: str) -> None:
        self._recount = None
        self._resting = day, self.monotonic() + PAUSE_S

    def _set_by(self, day: str) -> None:
        """Put the revision before beside the newest: it is signed as well, and may be what convicts."""
        kept = self._kept(day)
        if kept is not None and kept.signed.note != (self._signed and self._signed.note):
            revision = kept.certificate.revision
            self._keep(f"{day}.r{revision}.{kept.signed.sha256[:8]}.json", kept.signed)

    def _keep(self, name: str, signed: SignedText) -> None:
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise unwritable(self._folder, error) from error
        place(self._folder / name, signed.text(), is_durable=True)

    @property
    def _folder(self) -> Path:
        return self.state_dir / FOLDER

    def _file(self, day: str) -> Path:
        return self._folder / f"{day}.json"


def _plain(day: str | None) -> str | None:
    """Return a day in its one form, None for anything else: it becomes the name of a file."""
    try:
        return day if day is not None and date.fromisoformat(day).isoformat() == day else None
    except ValueError:
        return None


def _require_apart(first: Range, second: Range, *, is_next: bool) -> None:
    if second.first_seq <= first.last_seq:
        msg = f"entry {second.first_seq} of epoch {second.epoch} is certified for two days"
        raise ContradictionError(msg)
    if is_next and second.first_seq != first.last_seq + 1:
        msg = f"entry {first.last_seq + 1} of epoch {first.epoch} is certified for no day"
        raise ContradictionError(msg)
