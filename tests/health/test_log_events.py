"""House rule 16: every event a station or an agent may log stands in the reference, with its fields."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from tests.health import source

REFERENCE = "docs/reference/log-events.md"
LEVELS = {"debug": "debug", "info": "info", "warning": "warning", "error": "error", "exception": "error"}
ROW = re.compile(r"^\| `([\w.-]+)` \| (\w+) \|([^|]*)\| ([^|]+) \|$", re.MULTILINE)
OF_AN_ERROR = "[error, text, at]"

# Who may say an event -> its name -> levels, and fields as the tables write them.
Events = dict[str, dict[str, tuple[set[str], set[str]]]]


def calls(name: str) -> Iterator[ast.Call]:
    """Yield each place in a file where something is logged."""
    for node in source.nodes(source.syntax(name)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            speaker = node.func.value
            if isinstance(speaker, ast.Name) and speaker.id == "log" and node.func.attr in LEVELS:
                yield node


def logged() -> Events:
    """Return what the code may log."""
    found: Events = {"station": {}, "sync_agent": {}}
    for name in source.product_files():
        package = name.split("/", 1)[0]
        for call in calls(name) if package in found else ():
            assert isinstance(call.func, ast.Attribute)
            event = call.args[0]
            assert isinstance(event, ast.Constant), f"{name}:{call.lineno} names no event"
            fields = {keyword.arg or "" for keyword in call.keywords}
            if call.func.attr == "exception":
                fields.add(OF_AN_ERROR)
            levels, known = found[package].setdefault(str(event.value), (set(), set()))
            levels.add(LEVELS[call.func.attr])
            known |= fields
    return found


def documented() -> Events:
    """Return what the reference lists."""
    found: Events = defaultdict(dict)
    sections = re.split(r"^## ", source.text(REFERENCE), flags=re.MULTILINE)
    for section in sections[1:]:
        title = section.splitlines()[0]
        packages = {
            "The station": ["station"],
            "The agent": ["sync_agent"],
            "Both": ["station", "sync_agent"],
        }
        for event, level, fields, _meaning in ROW.findall(section):
            plain = fields.replace(OF_AN_ERROR, "")
            listed = {field for field in re.split(r"[ ,]+", plain) if field}
            if OF_AN_ERROR in fields:
                listed.add(OF_AN_ERROR)
            for package in packages[title]:
                found[package][event] = ({level}, listed)
    return dict(found)


def test_the_reference_lists_every_event_with_its_level_and_fields_and_no_other() -> None:
    code, reference = logged(), documented()
    # The boot is named by a piece of the station's that the agent uses as well.
    code["sync_agent"]["boot.unnamed"] = code["station"]["boot.unnamed"]
    assert reference == code


def test_the_events_are_listed_in_order() -> None:
    for section in source.text(REFERENCE).split("\n## ")[1:]:
        names = [row[0] for row in ROW.findall(section)]
        assert names == sorted(names)
