"""The sentences the program itself says to people, read out of its source: whole, or with gaps for values."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import central

ROOT: Final = Path(central.__file__).parent
SAYING: Final = ("domain", "law", "work", "store", "reports", "exchange", "timeline", "register", "proof")
GAP: Final = "{}"
_TRANSLATED: Final = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
_NOT_TOLD: Final = {"help_text", "help", "cite", "citation", "description", "law"}
_LEAST_WORDS: Final = 4
_NO_SENTENCE: Final = re.compile(
    r"(EC|ED|CDE|SB|AB|\d+ CCR|SELECT|INSERT|PRAGMA|CREATE|WHERE|UPDATE) |tuple\[|.*\n", re.DOTALL
)


def modules() -> list[str]:
    """Return every file that may say something on a page, by its path inside central."""
    files = (file for part in SAYING for file in (ROOT / part).rglob("*.py"))
    return sorted(str(file.relative_to(ROOT)) for file in files if "migrations" not in file.parts)


def said_by(module: str) -> set[str]:
    """Return the sentences a module says."""
    return {
        text
        for text in strings_of(module)
        if len(text.split()) >= _LEAST_WORDS and not _NO_SENTENCE.match(text)
    }


def strings_of(module: str) -> set[str]:
    """Return every text of a module but its docstrings and what is translated where it stands."""
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    aside = {id(inner) for node in ast.walk(tree) for outer in _aside(node) for inner in ast.walk(outer)}
    return {
        text for node in ast.walk(tree) if id(node) not in aside and (text := _form(node)) and text != GAP
    }


def _aside(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is no sentence by itself: docstrings, parts of a larger text, arguments nobody is told."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield from (part for part in node.values if isinstance(part, ast.Constant))
        yield from (
            part.format_spec
            for part in node.values
            if isinstance(part, ast.FormattedValue) and part.format_spec
        )
    elif isinstance(node, ast.keyword) and node.arg in _NOT_TOLD:
        yield node.value
    elif isinstance(node, ast.Call) and _is_aside(node.func):
        yield node


def _is_aside(called: ast.expr) -> bool:
    if isinstance(called, ast.Name):
        return called.id in _TRANSLATED
    return (
        isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "log"
    )


def _form(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else GAP for part in node.values)
    return ""
