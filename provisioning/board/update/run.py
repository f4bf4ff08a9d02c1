"""One run of the updater: bring what is on trial to a decision, then see whether a new release waits."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from provisioning.board.update import environment, offer, state
from provisioning.board.update.errors import NotNowError, ProofError, UpdateError
from provisioning.board.update.layout import Layout
from provisioning.board.update.offer import Source
from provisioning.board.update.proof import Offered
from provisioning.board.update.trial import Trial, running
from station.logs import Log

log = Log(__name__)

Build = Callable[[Layout, str, Path, Mapping[str, str]], None]
_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Updater:
    """Everything a run works with; `now` is None while the board's clock was not set by anybody."""

    layout: Layout
    trial: Trial
    now: datetime | None
    build: Build = environment.build

    def run(self, sources: Sequence[Source] | None = None) -> bool:
        """Decide what is pending, then try the first release that is to be taken; say whether one was kept.

        Raises UpdateError for what keeps the board as it is, and OSError.
        """
        refusal: UpdateError | None = None
        if state.read(self.layout.own).pending is not None:
            self.trial.decide()
        self._forgive()
        for source in sources or tuple(offer.sources(self.layout)):
            try:
                version = self._stage(source)
            except UpdateError as error:
                refusal = error
                self._say(error)
                continue
            if version is not None:
                self.trial.begin(running(self.layout), version)
                return self.trial.decide()
        if refusal is not None:
            raise refusal
        return False

    def _stage(self, source: Source) -> str | None:
        """Prove and build what a source offers; return the release that is to be tried, if any is."""
        before, noted = running(self.layout), state.read(self.layout.own)
        if source.version == before:
            return None
        if source.version is not None:
            offer.require_takeable(source.version, before, noted)
        with_wheels = self.layout.own / "wheels"
        shutil.rmtree(with_wheels, ignore_errors=True)
        with_wheels.mkdir(parents=True)
        offered = Offered(source.folder, self.layout.own / "trusted", self._root(), self._no_sooner_than())
        description = (
            offered.newest(self.layout.own)
            if source.version is None
            else offered.description(source.version, self.layout.own)
        )
        version = description.version
        if version == before:
            return None
        offer.require_takeable(version, before, noted)
        self._require_quiet()
        if not environment.is_complete(self.layout, version):
            self.build(self.layout, version, with_wheels, offered.fetch(description, with_wheels))
            shutil.rmtree(with_wheels, ignore_errors=True)
            self._require_quiet()
        return version

    def _require_quiet(self) -> None:
        journal, least_s = self.trial.look(), self.trial.pace.quiet_s
        quiet_s = journal.quiet_s
        if journal.wrong is not None:
            msg = f"{journal.wrong}; a release is not changed while the journal is not sound"
            raise UpdateError(msg)
        if quiet_s < least_s:
            msg = f"the last tap, or the start, was {quiet_s:.0f} s ago; it takes {least_s:.0f} s of quiet"
            raise NotNowError(msg)

    def _root(self) -> bytes:
        try:
            return self.layout.trusted_root.read_bytes()
        except OSError as error:
            file = self.layout.trusted_root
            msg = f"{file} cannot be read ({error.strerror}); put the school's root.json there"
            raise ProofError(msg) from error

    def _no_sooner_than(self) -> datetime:
        noted = state.read(self.layout.own)
        known = max(self.now or _BEGINNING, noted.known_at or _BEGINNING)
        if self.now is not None and known != noted.known_at:
            state.write(self.layout.own, replace(noted, known_at=known))
        return known

    def _forgive(self) -> None:
        """Let a release that was given up be tried once more, where that was wished since."""
        noted, wish = state.read(self.layout.own), offer.wish(self.layout)
        if wish not in {"", noted.tried}:
            state.write(self.layout.own, replace(noted, tried=wish, refused={}))

    def _say(self, refusal: UpdateError) -> None:
        noted = state.read(self.layout.own)
        # The card is written for what is new alone, and not for every moment that is not the right one.
        if not isinstance(refusal, NotNowError) and noted.said != str(refusal):
            log.warning("update.refused", why=refusal)
            state.write(self.layout.own, replace(noted, said=str(refusal)))
