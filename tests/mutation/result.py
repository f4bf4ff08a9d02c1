"""What mutmut left behind: which mutants were noticed, and what those were that were not."""

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

_SURVIVED, _NO_TEST = 0, 33
_NAME = re.compile(r"central\.law\.(\w+)\.(?:x_|xǁ)(.+)__mutmut_(\d+)")
_ROW = re.compile(r"^\| `(.+?)` \| `(.*?)` \| `(.*?)` \| (.+) \|$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Survivor:
    """A change no test noticed: the lines of a function before and after it."""

    name: str
    was: str
    now: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What an explanation names it by: numbers change with every edit, words do not."""
        return (self.name, self.was, self.now)


@dataclass(frozen=True, slots=True)
class Count:
    """The mutants of one module: noticed, not noticed, not tried."""

    killed: int
    survived: int
    unchecked: int


@dataclass(frozen=True, slots=True)
class Result:
    """All there is to say about a run."""

    by_module: Mapping[str, Count]
    survivors: tuple[Survivor, ...]

    @property
    def killed(self) -> int:
        """How many mutants were noticed."""
        return sum(count.killed for count in self.by_module.values())

    @property
    def tried(self) -> int:
        """How many mutants there is a verdict on; one no test reaches counts as not noticed."""
        return self.killed + sum(count.survived for count in self.by_module.values())

    @property
    def unchecked(self) -> int:
        """How many mutants there was no time for."""
        return sum(count.unchecked for count in self.by_module.values())


def read(folder: Path, modules: Sequence[str]) -> Result:
    """Read what mutmut wrote about these modules under a folder it worked in."""
    by_module: dict[str, Count] = {}
    survivors: list[Survivor] = []
    for module in modules:
        source = folder / "mutants" / "central" / "law" / f"{module}.py"
        verdicts = source.with_name(f"{source.name}.meta")
        if not verdicts.exists():
            continue
        codes: dict[str, int | None] = json.loads(verdicts.read_text(encoding="utf-8"))["exit_code_by_key"]
        lost = [name for name, code in codes.items() if code in {_SURVIVED, _NO_TEST}]
        unchecked = sum(code is None for code in codes.values())
        by_module[module] = Count(len(codes) - len(lost) - unchecked, len(lost), unchecked)
        survivors.extend(_survivors(source, lost))
    return Result(by_module, tuple(survivors))


def explained(page: str) -> dict[tuple[str, str, str], str]:
    """Return the reasons the page gives for mutants nothing can notice."""
    return {(name, was, now): why.strip() for name, was, now, why in _ROW.findall(page)}


def _survivors(source: Path, names: Sequence[str]) -> Iterator[Survivor]:
    if not names:
        return
    text = source.read_text(encoding="utf-8")
    lines = text.splitlines()
    bodies = {
        node.name: lines[node.lineno : node.end_lineno]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef)
    }
    for name in names:
        found = _NAME.fullmatch(name)
        if found is None:
            yield Survivor(name, "?", "?")
            continue
        mangled = name.rpartition(".")[2]
        original = f"{mangled.rpartition('__mutmut_')[0]}__mutmut_orig"
        was, now = _difference(bodies.get(original, []), bodies.get(mangled, []))
        yield Survivor(f"{found[1]}.{found[2].replace('ǁ', '.')}", was, now)


def _difference(was: Sequence[str], now: Sequence[str]) -> tuple[str, str]:
    """Return the lines two bodies differ in, those of each on one line."""
    lines = list(unified_diff(was, now, lineterm="", n=0))[2:]
    gone = " ".join(line[1:].strip() for line in lines if line.startswith("-"))
    come = " ".join(line[1:].strip() for line in lines if line.startswith("+"))
    return gone, come
