"""The report of an acceptance: kept step by step, as JSON for programs and as a page of text for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from station.acceptance.outcome import Outcome, Shown
from station.durable import place
from station.errors import UsageError
from station.tap import Json

FORM: Final = 1
_FINE: Final = (Outcome.WELL, Outcome.ABSENT)


@dataclass(slots=True)
class Report:
    """What was shown so far of one station; `kept` is what a later run is to know.

    `steps` are the names of all there are, in their order. It is saved whole or not at all, and is on the
    disk when `save` returns: the next thing that happens may be a plug pulled.
    """

    folder: Path
    station: str
    steps: tuple[str, ...]
    about: Mapping[str, Json]
    kept: dict[str, Json] = field(default_factory=dict)
    _shown: dict[str, dict[str, Json]] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        """The report as JSON."""
        return self.folder / f"acceptance-{self.station}.json"

    @property
    def page(self) -> Path:
        """The report as a page of text."""
        return self.file.with_suffix(".txt")

    def load(self) -> None:
        """Take up what an earlier run left; raises UsageError for a file that is no such report."""
        try:
            said = json.loads(self.file.read_text(encoding="utf-8"))
            shown, kept = {FORM: dict(said["steps"])}[said["form"]], dict(said["kept"])
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError) as error:
            msg = f"{self.file}: this is no report that can be gone on with; name another folder or remove it"
            raise UsageError(msg) from error
        self._shown = {name: shown[name] for name in self.steps if name in shown}
        self.kept.clear()
        self.kept.update(kept)

    def due(self) -> list[str]:
        """Return the steps nothing is known of, in their order."""
        return [name for name in self.steps if name not in self._shown]

    def wanting(self) -> list[str]:
        """Return the steps that failed or were left out."""
        return [name for name, shown in self._shown.items() if shown["outcome"] not in _FINE]

    def forget(self, names: list[str]) -> None:
        """Let steps be due again."""
        for name in names:
            self._shown.pop(name, None)

    def add(self, name: str, shown: Shown, at: str) -> None:
        """Take in what a step showed, and save."""
        self._shown[name] = {
            "outcome": str(shown.outcome),
            "says": shown.says,
            "todo": shown.todo,
            "figures": dict(shown.figures),
            "at": at,
        }
        self.save()

    def has_failed(self, name: str) -> bool:
        """Say whether a step was done and failed."""
        return name in self._shown and self._shown[name]["outcome"] == Outcome.FAILED

    @property
    def verdict(self) -> str:
        """What the whole comes to."""
        if any(map(self.has_failed, self.steps)):
            return "not accepted"
        return "not finished" if self.due() or self.wanting() else "accepted"

    def save(self) -> None:
        """Put both forms in their places; raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        document = {
            "form": FORM,
            "station": self.station,
            "verdict": self.verdict,
            "about": self.about,
            "steps": {name: self._shown[name] for name in self.steps if name in self._shown},
            "kept": self.kept,
        }
        place(self.file, (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode())
        place(self.page, ("\n".join(self.lines()) + "\n").encode())

    def lines(self) -> Iterator[str]:
        """Yield the page of text."""
        yield f"Acceptance of station {self.station}: {self.verdict.upper()}"
        yield ""
        yield from (f"{name}: {said}" for name, said in self.about.items() if said)
        for name in self.steps:
            yield ""
            shown = self._shown.get(name)
            if shown is None:
                yield f"{name}: not done yet"
                continue
            yield f"{name}: {shown['outcome']} ({shown['at']})"
            yield f"    {shown['says']}"
            if shown["todo"]:
                yield f"    to do: {shown['todo']}"
            figures = shown["figures"]
            if isinstance(figures, Mapping):
                yield from (f"    {figure} = {_spelt(value)}" for figure, value in figures.items())


def _spelt(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
