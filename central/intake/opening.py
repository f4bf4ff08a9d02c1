"""Open the evidence for writing, wherever it is kept, and find out each time whether it lost anything."""

from contextlib import closing

from central.config import CentralConfig, PostgresConfig
from central.intake.acks import Signer
from central.intake.evidence import Evidence
from central.intake.evidence_sqlite import SqliteEvidence
from central.intake.lock import Lock
from central.intake.mark import Mark
from station.logs import Log

log = Log(__name__)


class Opening:
    """Opens the evidence of `config` as often as it is asked; one intake alone may have one."""

    def __init__(self, config: CentralConfig, signer: Signer) -> None:
        """Take what keeps a second intake out, and open the evidence once.

        Raises UnavailableError, ConfigError and OSError.
        """
        self._config = config
        self._signer = signer
        self._lock = Lock(config.data / "evidence.lock")
        self._mark = Mark(config.data / "evidence.mark")
        self._ready: Evidence | None = None
        try:
            if config.postgres is None:
                # A file's connection stays with the thread that made it.
                with closing(self()):
                    pass
            else:
                # Kept for the writer: its session holds the lock that other machines respect.
                self._ready = self()
        except Exception:
            self._lock.release()
            raise

    def __call__(self) -> Evidence:
        """Return the evidence, in a new life of the store where it lacks what was there before."""
        ready, self._ready = self._ready, None
        if ready is not None:
            return ready
        evidence = self._open()
        try:
            self._look(evidence)
        except Exception:
            evidence.close()
            raise
        return evidence

    def release(self) -> None:
        """Let another intake have it."""
        if self._ready is not None:
            self._ready.close()
        self._lock.release()

    def _open(self) -> Evidence:
        if self._config.postgres is None:
            return SqliteEvidence.open(self._config.evidence, self._mark)
        return self._open_postgres(self._config.postgres)

    def _open_postgres(self, postgres: PostgresConfig) -> Evidence:
        # The driver takes longer to load than an intake on a file takes to start.
        from central.intake import term
        from central.intake.evidence_postgres import PostgresEvidence

        evidence = PostgresEvidence.open(postgres, self._mark)
        try:
            path = self._config.data / term.FILE_NAME
            self._signer.rise(term.settle(evidence.connection, path, self._signer.term))
        except Exception:
            evidence.close()
            raise
        return evidence

    def _look(self, evidence: Evidence) -> None:
        there = self._mark.reached
        if there is None or evidence.digest_at(there[0]) == there[1]:
            return
        newest = evidence.newest()
        have_seq = 0 if newest is None else newest[0]
        log.error("evidence.went-back", have_seq=have_seq, mark_seq=there[0])
        self._signer.begin_incarnation("mark")
        self._mark.forget()
