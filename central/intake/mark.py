"""How far the evidence had come, noted in another file, so that an evidence that went back is found out."""

import json
from pathlib import Path
from typing import Final

from station.logs import Log

log = Log(__name__)

EVERY: Final = 64
"""So many batches at most lie between the evidence and its mark."""


class Mark:
    """The file evidence.mark: the place and the digest of a batch that was there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.srv_seq, self.digest = _read(path)
        self.reached = None if self.digest is None else (self.srv_seq, self.digest)
        """The last place and its digest that were there for certain; None where nothing tells."""

    def note(self, srv_seq: int, digest: bytes) -> None:
        """Note that the evidence has come so far, unless it was noted a moment ago.

        Called after the commit, and not flushed: the mark may stay behind the evidence, never be
        ahead of it. A mark that cannot be written makes the evidence no worse.
        """
        self.reached = srv_seq, digest
        if self.srv_seq <= srv_seq < self.srv_seq + EVERY and self.digest is not None:
            return
        draft = self._path.with_suffix(".mark-new")
        try:
            draft.write_text(json.dumps({"v": 1, "srv_seq": srv_seq, "digest": digest.hex()}))
            draft.replace(self._path)
        except OSError:
            log.exception("mark.not-written")
            return
        self.srv_seq, self.digest = srv_seq, digest

    def forget(self) -> None:
        """Take the mark away: what the evidence had come to belongs to a life that is over."""
        self._path.unlink(missing_ok=True)
        self.srv_seq, self.digest, self.reached = 0, None, None


def _read(path: Path) -> tuple[int, bytes | None]:
    try:
        told = json.loads(path.read_text(encoding="ascii"))
        return int(told["srv_seq"]), bytes.fromhex(told["digest"])
    except (OSError, ValueError, KeyError, TypeError):
        # None yet, or cut short by a power cut: then only the stations' receipts can tell.
        return 0, None
