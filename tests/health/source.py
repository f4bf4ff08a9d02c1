"""The project's own files as git knows them, and what their Python imports and mentions."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("station", "sync_agent", "central", "provisioning")
# Written by Django and by nobody else.
GENERATED = "central/store/migrations/"


@cache
def tracked() -> tuple[str, ...]:
    """Return the path of every file under version control, or every file of a tree without git."""
    git = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, text=True, check=False
    )
    if git.returncode == 0 and git.stdout:
        names = git.stdout.rstrip("\0").split("\0")
    else:
        names = [str(file.relative_to(ROOT)) for file in ROOT.rglob("*") if file.is_file()]
        names = [name for name in names if not any(part.startswith(".venv") for part in Path(name).parts)]
    return tuple(sorted(name for name in names if (ROOT / name).is_file()))


@cache
def python_files() -> tuple[str, ...]:
    """Return the path of every Python file that a person wrote."""
    return tuple(name for name in tracked() if name.endswith(".py") and not name.startswith(GENERATED))


def product_files() -> tuple[str, ...]:
    """Return the Python files that are installed on a station or a server."""
    return tuple(name for name in python_files() if name.split("/", 1)[0] in PACKAGES)


def text(name: str) -> str:
    """Return the text of a file; what is not UTF-8 shows as replacement letters."""
    return (ROOT / name).read_text(encoding="utf-8", errors="replace")


@cache
def syntax(name: str) -> ast.Module:
    """Return the syntax tree of a Python file."""
    return ast.parse(text(name), filename=name)


@cache
def nodes(tree: ast.Module) -> tuple[ast.AST, ...]:
    """Return every node of a module; nearly every rule asks for them, and walking is most of its work."""
    return tuple(ast.walk(tree))


def imports(tree: ast.Module) -> Iterator[str]:
    """Yield the full name of everything a module imports, wherever in it the import stands."""
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def mentions(tree: ast.Module) -> tuple[tuple[int, str], ...]:
    """Return (line, dotted name) of every attribute, with imported names written out in full.

    `from datetime import datetime as dt; dt.now()` is seen as `datetime.datetime.now`.
    """
    full: dict[str, str] = {}
    found = []
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            full |= {alias.asname: alias.name for alias in node.names if alias.asname}
        elif isinstance(node, ast.ImportFrom) and node.module:
            full |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    for node in nodes(tree):
        if isinstance(node, ast.Attribute | ast.Name) and (name := _dotted(node)):
            first, _, rest = name.partition(".")
            first = full.get(first, first)
            found.append((node.lineno, f"{first}.{rest}" if rest else first))
    return tuple(found)


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (value := _dotted(node.value)):
        return f"{value}.{node.attr}"
    return ""
