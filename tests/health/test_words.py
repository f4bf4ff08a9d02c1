"""The project speaks of itself alone: not of a machine it was once on, nor of how it came to be written."""

import re

from tests.health import source

# Written with a dot in the middle, so that this file does not find itself.
FORBIDDEN = {
    "a folder of somebody's machine": r"(?<![\w/.-])/(wo·rk|tmp/pl·an|tmp/v(13)?|home/\w+|Us·ers/\w+)/",
    "a package registry": r"\b(py·pi\.org|python·hosted\.org|np·mjs\.(com|org)|registry\.np·m)",
    "how it was written": r"(?i)\b(chat·gpt|open·ai|anth·ropic|clau·de|co·pilot|ll·ms?)\b",
    "who helped": r"(?i)\b(lang·uage model|coding ag·ent|sub-?ag·ent|A·I (assist|gener|mod)|by A·I\b)",
    "a plan's numbering": r"\bPart [0-9]+ o·f [0-9]+\b|\bin (this|an earlier|a later) se·ssion\b",
}
_PATTERNS = {what: re.compile(pattern.replace("·", "")) for what, pattern in FORBIDDEN.items()}
# The licence is the Apache Foundation's text, not ours.
NOT_OURS = {"LICENSE"}
# A picture holds no words; by chance its bytes look like some.
PICTURES = ".png"


def words_found(text: str) -> list[str]:
    """Return what of the forbidden is in a text, by line."""
    # No pattern reaches over the end of a line, so a whole text is searched first: hardly any has one.
    here = {what: pattern for what, pattern in _PATTERNS.items() if pattern.search(text)}
    return [
        f"{number}: {what}"
        for number, line in enumerate(text.splitlines() if here else (), 1)
        for what, pattern in here.items()
        if pattern.search(line)
    ]


def test_no_tracked_file_speaks_of_anything_but_the_project() -> None:
    names = [name for name in source.tracked() if name not in NOT_OURS and not name.endswith(PICTURES)]
    assert [f"{name}:{found}" for name in names for found in words_found(source.text(name))] == []


def test_planted_words_are_found() -> None:
    for planted in ("see /wo·rk/main/x", "from py·pi.org", "by Open·AI", "a sub·agent", "Part 1 o·f 10"):
        assert len(words_found(planted.replace("·", ""))) == 1, planted


def test_ordinary_words_are_left_alone() -> None:
    assert (
        words_found("a class session, the sync agent, frame/work/path, Part 1 is the station, PLAN/tmp") == []
    )
