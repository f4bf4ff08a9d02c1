"""What the pages do, the staff API does too: a page or a verb of one that it lacks is named here."""

import ast
import dataclasses
import inspect
import pkgutil
import typing
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from importlib import import_module
from types import ModuleType

from central import commands
from central.store.models import Staff
from central.web import api, pages
from central.web.pages.page import StaffPage

# Pages without an operation, and why that is as it should be.
NO_OPERATION: Mapping[str, str] = {
    "sign-in": "a second factor is made and tried where somebody sits before a browser",
    "requirement-document": "a document is handed out to who reads it; `evidence` tells where it is kept",
    "paper-kit": "a kit's file and its passphrase are handed over by a person; `kit` does it headless",
    "paper-print": "sheets are printed where somebody stands at a printer; `sheets` does it headless",
}
# Verbs of pages that no operation carries out, and why.
NO_VERB: Mapping[str, str] = {
    "central.work.certify.certify_with": "the API takes the one-time code: `certify_with_code`",
    "central.work.recovery_attendance.sign_with": "the API takes the one-time code: `sign_with_code`",
    "central.work.recovery_services.restate": "says anew all a form holds; a program changes single members",
    "central.work.recovery_attendance.is_own": "only tells which forms a page shows",
    "central.work.roster_upload.columns_of": "suggests headings to whoever fills the form in",
    "central.work.rights.may_decide_times": "only tells which forms a page shows",
    "central.reports.packet.shelf.command": "only tells what a page shows",
    "central.reports.packet.shelf.make": "a file is written and proven; `packet` does it headless",
    "central.reports.packet.shelf.take": "hands a whole file out to who reads the page",
    "central.work.viewings.note": "notes that somebody looked; each operation does so in its own way",
    "central.work.viewings.note_all": "as `note`",
    "central.work.tool_rights.may": "the table of operations asks it",
}
# Verbs of pages that no command carries out by that very function, and what does it headless.
NO_COMMAND: Mapping[str, str] = {
    "central.reports.closing.close_with_code": "`report --close`: who types on the server needs no code",
    "central.work.calendar_desk.look": "`import-calendar`",
    "central.work.calendar_desk.take_in": "`import-calendar`",
    "central.work.roster_upload.accept": "`import-roster` and `import-staff`",
    "central.work.roster_upload.rehearse": "`import-roster --dry-run`",
    "central.work.fact_entry.keep_fact": "`import-facts`",
    "central.work.fact_entry.withdraw_fact": "`import-facts`, whose lines withdraw",
    "central.work.study_work.add_work": "`study import-work`",
    "central.work.emergency_learning.verify": "`emergency`, a class at a time",
    "central.work.kit_hand_over.look_at": "`kit`, which loads it only once it is asked to",
    "central.work.kit_hand_over.take_in": "`kit`, which loads it only once it is asked to",
    "central.work.kits.withdraw": "`kit`, as above",
    "central.reports.packet.shelf.take": "the file lies in the data folder of who types on the server",
    **dict.fromkeys(
        (f"central.work.own_passkeys.{verb}" for verb in ("add", "remove", "rename")),
        "a passkey is made where somebody sits before a browser",
    ),
}
_OURS = ("central.work.", "central.reports.", "central.register.")


def test_every_page_has_operations_that_do_its_work() -> None:
    served = {name for subject in api.SUBJECTS for name in subject.PAGES}
    lacking = {page.name for page in pages.STAFF} - served - NO_OPERATION.keys()
    assert lacking == set(), "add operations under central/web/api, or say in NO_OPERATION why not"


def test_every_page_an_operation_serves_is_there() -> None:
    known = {page.name for page in pages.STAFF}
    assert {name for subject in api.SUBJECTS for name in subject.PAGES} - known == set()
    assert NO_OPERATION.keys() - known == set()


def test_every_verb_of_a_page_is_an_operation_s_too() -> None:
    carried_out = {verb for subject in api.SUBJECTS for verb in _verbs(subject)}
    lacking = {
        f"{page.name}: {verb}"
        for page in pages.STAFF
        if page.name not in NO_OPERATION
        for module in _modules(page)
        for verb in _verbs(module) - carried_out - NO_VERB.keys()
    }
    assert lacking == set(), "add an operation for the verb, or say in NO_VERB why not"


def test_every_verb_of_a_page_can_be_typed_too() -> None:
    typed = {verb for module in _commands() for verb in _verbs(module)}
    lacking = {
        f"{page.name}: {verb}"
        for page in pages.STAFF
        for module in _modules(page)
        for verb in _verbs(module) - typed - NO_VERB.keys() - NO_COMMAND.keys()
    }
    assert lacking == set(), "add a command under central/commands, or say in NO_COMMAND what does it"


def _commands() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(commands.__path__, f"{commands.__name__}."):
        yield import_module(found.name)


def test_what_a_page_does_in_somebody_s_name_is_seen() -> None:
    (faults,) = (page for page in pages.STAFF if page.name == "faults")
    seen = {verb for module in _modules(faults) for verb in _verbs(module)}
    assert {"central.work.faults.report", "central.work.faults.step"} <= seen
    assert "central.work.faults.unsolved" not in seen


def _modules(page: StaffPage) -> Iterator[ModuleType]:
    """Yield the module of a page's view, and those of its forms that it takes from beside it."""
    view = import_module(inspect.unwrap(getattr(page.view, "func", page.view)).__module__)
    yield view
    for found in vars(view).values():
        if inspect.ismodule(found) and found.__name__.startswith("central.web.views."):
            yield found


def _verbs(module: ModuleType) -> set[str]:
    """Return the functions a module calls by which somebody acts: one of their arguments says who."""
    tree = ast.parse(inspect.getsource(module))
    named = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Name | ast.Attribute)}
    found = (_function(module, name) for name in named)
    return {
        f"{each.__module__}.{each.__name__}"
        for each in found
        if each is not None and each.__module__.startswith(_OURS) and _says_who(each)
    }


def _function(module: ModuleType, name: str) -> Callable[..., object] | None:
    first, _dot, rest = name.partition(".")
    value = vars(module).get(first)
    if rest and inspect.ismodule(value):
        value = vars(value).get(rest)
    elif rest:
        return None
    return value if inspect.isfunction(value) else None


def _says_who(function: Callable[..., object]) -> bool:
    try:
        hints = typing.get_type_hints(function)
    except NameError:
        # Of a type that is imported for the type checker alone only the name is there.
        return any("Staff" in str(hint) for hint in function.__annotations__.values())
    hints.pop("return", None)
    return any(_is_somebody(hint) for hint in hints.values())


def _is_somebody(hint: object) -> bool:
    """Tell whether a type is a member of staff, or holds one that acts."""
    kinds = (hint, *typing.get_args(hint))
    if Staff in kinds:
        return True
    return any(isinstance(kind, type) and dataclasses.is_dataclass(kind) and _acts(kind) for kind in kinds)


def _acts(kind: type) -> bool:
    # The name alone, as above: the types of its other fields may be for the type checker only.
    by = next((each.type for each in dataclasses.fields(kind) if each.name == "by"), None)
    return by is Staff or by == Staff.__name__


def test_no_two_shapes_or_lists_of_words_share_a_name_in_the_description() -> None:
    named: dict[str, set[type]] = defaultdict(set)
    for subject in api.SUBJECTS:
        for shape in vars(subject).values():
            for member in getattr(shape, "model_fields", {}).values():
                named[shape.__name__].add(shape)
                for words in _words_of(member.annotation):
                    named[words.__name__].add(words)
    assert len(named) > 5
    assert {name: found for name, found in named.items() if len(found) > 1} == {}


def _words_of(shape: object) -> Iterator[type[Enum]]:
    if isinstance(shape, type) and issubclass(shape, Enum):
        yield shape
    for part in typing.get_args(shape):
        yield from _words_of(part)
