"""The project speaks of itself alone: not of a machine it was once on, nor of how it came to be written."""

import re

from tests.health import source

# Written in halves, so that this file does not find itself.
FORBIDDEN = {
    "a folder of somebody's machine": r"(?<![\w/.-])/(wo"
    r"rk|tmp/pl"
    r"an|tmp/v(13)?|home/\w+|Us"
    r"ers/\w+)/",
    "a package registry": r"\b(py" r"pi\.org|python" r"hosted\.org|np" r"mjs\.(com|org)|registry\.np" r"m)",
    "how it was written": r"(?i)\b(chat" r"gpt|open" r"ai|anth" r"ropic|clau" r"de|co" r"pilot|ll" r"ms?)\b",
    "who helped": r"(?i)\b(lang"
    r"uage model|coding ag"
    r"ent|sub-?ag"
    r"ent|AI (assist|gener|mod)|ge"
    r"nerated by AI)",
    "a plan's numbering": r"\bPart [0-9]+ of [0-9]+\b|\bin (this|an earlier|a later) se" r"ssion\b",
}
# The licence is the Apache Foundation's text, not ours.
NOT_OURS = {"LICENSE"}


def words_found(text: str) -> list[str]:
    """Return what of the forbidden is in a text, by line."""
    return [
        f"{number}: {what}"
        for number, line in enumerate(text.splitlines(), 1)
        for what, pattern in FORBIDDEN.items()
        if re.search(pattern, line)
    ]


def test_no_tracked_file_speaks_of_anything_but_the_project() -> None:
    names = [name for name in source.tracked() if name not in NOT_OURS]
    assert [f"{name}:{found}" for name in names for found in words_found(source.text(name))] == []


def test_planted_words_are_found() -> None:
    for planted in ("see /work/main/x", "from pypi.org", "by OpenAI", "a subagent", "Part 1 of 10"):
        assert len(words_found(planted)) == 1, planted


def test_ordinary_words_are_left_alone() -> None:
    assert (
        words_found("a class session, the sync agent, frame/work/path, Part 1 is the station, PLAN/tmp") == []
    )
