"""What the law says in words while it answers: every finding it makes, every refusal, as lines of text.

`python -m tests.law_tables.heard > tests/law_tables/findings.txt` writes anew what all tables bring about.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from central.domain.finding import Finding
from central.law.errors import LawError

WORDS = Path(__file__).parent / "findings.txt"


def as_line(found: Finding) -> str:
    """Write a finding as one line."""
    on = found.on or "-"
    words = (found.rule, found.severity.value, found.citation, found.subject, on, found.says, found.remedy)
    return " | ".join(str(word) for word in words)


@contextmanager
def listening() -> Iterator[list[Finding]]:
    """Collect every finding that is made meanwhile."""
    made: list[Finding] = []
    make: Callable[..., None] = Finding.__init__

    def make_and_tell(self: Finding, *args: object, **fields: object) -> None:
        make(self, *args, **fields)
        made.append(self)

    Finding.__init__ = make_and_tell  # type: ignore[method-assign]  # to hear also what a rule drops
    try:
        yield made
    finally:
        Finding.__init__ = make  # type: ignore[method-assign]  # as it was


def heard(ask: Callable[[], object]) -> set[str]:
    """Ask a question and return what the law said in words on the way."""
    refused = set()
    with listening() as made:
        try:
            ask()
        except LawError as error:
            refused = {f"refused | {error}"}
    return {as_line(found) for found in made} | refused


def known_words() -> set[str]:
    """Return every line the tables are known to bring about."""
    return set(WORDS.read_text(encoding="utf-8").splitlines())


def everything() -> list[str]:
    """Ask every scenario of the tables and return all that was said, in order."""
    from tests.law_tables.given import Given
    from tests.law_tables.test_law_tables import QUESTIONS, scenarios

    lines: set[str] = set()
    for _, row in scenarios():
        given = row["given"]
        assert isinstance(given, dict)
        lines |= heard(partial(QUESTIONS[str(row["question"])], Given(given)))
    return sorted(lines)


if __name__ == "__main__":
    sys.stdout.write("".join(f"{line}\n" for line in everything()))
