"""The pages and the tool name the same steps and the same claims, whichever way they are read."""

import re

from station.acceptance.steps import STEPS
from tests.health import source

CLAIM = re.compile(r"\bHW-[A-Z]+(?:-[A-Z]+)*\b")
CLAIMS = "docs/reference/hardware-claims.md"
GUIDE = "docs/howto/it-acceptance.md"
NAMES = [step.name for step in STEPS]


def listed() -> dict[str, str]:
    """Return the claims of the table, each with who shows it on hardware."""
    rows = [
        line.strip("|").split("|") for line in source.text(CLAIMS).splitlines() if line.startswith("| `HW-")
    ]
    return {row[0].strip().strip("`"): row[3].strip() for row in rows}


def told_of(step: str) -> set[str]:
    """Return the claims the guide says a step shows."""
    section = re.search(rf"^### {step}$(.*?)(?=^##)", source.text(GUIDE), flags=re.MULTILINE | re.DOTALL)
    assert section is not None, step
    return set(CLAIM.findall(section[1]))


def test_the_guide_tells_of_each_step_in_its_order() -> None:
    assert re.findall(r"^### (\S+)$", source.text(GUIDE), flags=re.MULTILINE) == NAMES


def test_every_claim_is_shown_by_a_step_or_by_hand_and_every_step_shows_one() -> None:
    steps = {claim: set(re.findall(r"`([a-z]+)`", shown)) for claim, shown in listed().items()}
    assert {name for names in steps.values() for name in names} == set(NAMES)
    assert [claim for claim, names in steps.items() if not names and "by hand" not in listed()[claim]] == []
    # What the table says of a claim, the guide says of the step.
    for claim, names in steps.items():
        assert [name for name in names if claim not in told_of(name)] == [], claim


def test_every_claim_shown_by_hand_is_told_how() -> None:
    by_hand = source.text(GUIDE).partition("## By hand")[2]
    assert [
        claim for claim, shown in listed().items() if "by hand" in shown and f"`{claim}`:" not in by_hand
    ] == []


def test_no_page_names_a_claim_that_is_not_listed() -> None:
    pages = [name for name in source.tracked() if name.endswith(".md")]
    strangers = {claim for name in pages for claim in CLAIM.findall(source.text(name))} - set(listed())
    assert strangers == set()
