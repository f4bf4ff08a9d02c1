import json
import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from station.journal import FILE_NAME
from station.journal.file import connect_to_read
from station.tap import Entry, Kind, Tap, decode
from tests.crash import faulty
from tests.crash.oracle import everything
from tests.crash.scene import card
from tests.crash.tracing import needs_strace, run
from tests.crash.transcript import whole
from tests.fakes.station import token_of

pytestmark = [pytest.mark.journey, needs_strace]

LOG, JOURNAL = f"{FILE_NAME}-wal", FILE_NAME
# The file, the call and its fault; then which of these calls fail: from the first to the last, every so many.
FAULTS = [
    (LOG, "fdatasync", "EIO", "12..34+4"),
    (LOG, "pwrite64", "EIO", "290..340+7"),
    (LOG, "pwrite64", "ENOSPC", "290..340+7"),
    (LOG, "pwrite64", "EROFS", "300..330"),
    (JOURNAL, "fdatasync", "EIO", "3..5"),
    (JOURNAL, "pwrite64", "EIO", "6..12+2"),
    (JOURNAL, "pwrite64", "ENOSPC", "6..12+2"),
]
FAILED = "(INJECTED)"
ON_DESCRIPTOR = re.compile(r"(\w+)\((\d+)")


@dataclass(frozen=True, slots=True)
class After:
    """What is left of a run with faults: signs in the order of the cards, entries by sequence, the calls."""

    signs: list[tuple[str, int | None]]
    entries: dict[int, Entry]
    calls: list[str]

    def tokens(self) -> dict[int, bytes | None]:
        """Return the token of every tap stored."""
        return {
            seq: Tap.from_payload(entry.payload).token
            for seq, entry in self.entries.items()
            if entry.kind == Kind.TAP
        }

    def refused(self) -> int:
        """Return how many were shown that nothing is recorded."""
        return sum(sign == "NOT_RECORDED" for sign, _ in self.signs)

    def failed(self) -> int:
        """Return how many calls were made to fail."""
        return sum(FAILED in call for call in self.calls)

    def written_all_the_same(self) -> list[str]:
        """Return what was written through a descriptor that had failed, and may call lost bytes stored.

        A flush that fails after another has stored everything loses nothing: nobody waits for it.
        """
        unstored, failed, found = set[str](), set[str](), list[str]()
        for line in self.calls:
            call = ON_DESCRIPTOR.search(line)
            assert call is not None, line
            is_write, descriptor = call[1] == "pwrite64", call[2]
            if is_write:
                unstored.add(descriptor)
                if descriptor in failed:
                    found.append(line)
            if FAILED in line:
                failed |= unstored & {descriptor}
            elif call[1] in {"close", "fdatasync"}:
                unstored.discard(descriptor)
            if call[1] == "close":
                failed.discard(descriptor)
        return found

    def gaps(self) -> list[dict[str, object]]:
        """Return what the gap entries tell."""
        return [
            entry.payload
            for entry in self.entries.values()
            if entry.kind == Kind.GAP and isinstance(entry.payload, dict)
        ]


def tapped_with(root: Path, file: str, call: str, error: str, when: str) -> After:
    """Let the station take its taps while these calls on that file fail."""
    transcript = root / "strace"
    fault = ["-e", "trace=pwrite64,fdatasync,close", "-e", f"inject={call}:error={error}:when={when}"]
    run(["-f", "-qq", "-o", str(transcript), "-P", str(root / file), *fault], "tests.crash.faulty", str(root))
    shown = [json.loads(line) for line in (root / "panel.jsonl").read_text(encoding="utf-8").splitlines()]
    with closing(connect_to_read(root / FILE_NAME)) as connection:
        entries = {kept.seq: decode(kept.body) for kept in everything(connection)}
    calls = list(whole(transcript.read_text(encoding="utf-8").splitlines()))
    return After([(row["sign"], row["seq"]) for row in shown], entries, calls)


@pytest.mark.parametrize(("file", "call", "error", "when"), FAULTS)
@pytest.mark.invariant(1, 5)
@pytest.mark.fault("D1", "D2")
def test_a_call_that_fails_is_told_at_once_and_later_and_spoils_no_tap_but_its_own(
    memory: Path,
    file: str,
    call: str,
    error: str,
    when: str,
    record_property: Callable[[str, object], None],
) -> None:
    after = tapped_with(memory, file, call, error, when)
    record_property("figure", f"failing calls, {call} {error} on {file}: {after.refused()} refused")
    assert after.failed() >= 2
    if file == LOG:
        # No light without the log. What fails to come from there into the file is written once more, whole.
        assert after.refused() >= 1
        assert after.written_all_the_same() == []
    # Every card had its own answer, in order.
    assert len(after.signs) == faulty.TAPS
    tokens = after.tokens()
    for number, (sign, seq) in enumerate(after.signs, 1):
        if sign == "NOT_RECORDED":
            assert seq is None
        else:
            assert seq is not None
            assert tokens[seq] == token_of(card(number))
    # A card that was refused may be found on the disk all the same; it is counted as lost.
    assert sum(int(str(gap["lost"])) for gap in after.gaps()) == after.refused()
    # Once the disk does as it is told, so does the station.
    assert all(sign != "NOT_RECORDED" for sign, _ in after.signs[-5:])
