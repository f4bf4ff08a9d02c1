"""Tell the story as it happens, and keep account of every check it made."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class StoryError(Exception):
    """The story did not go as it must; says which step, what was expected and what was seen."""


class Narrator:
    """Print steps and checks; the first check that fails ends the story."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.checks = 0
        self._chapter = 0

    def chapter(self, title: str) -> None:
        """Begin a step."""
        self._chapter += 1
        self.console.print(f"\n[bold]{self._chapter:2}  {title}[/]")

    def say(self, text: str) -> None:
        """Say something a person wants to know, without checking it."""
        self.console.print(f"    {text}", soft_wrap=True, markup=False)

    def quote(self, text: str) -> None:
        """Repeat what a command printed, as it printed it."""
        self.console.print()
        for line in text.splitlines():
            self.console.print("  " + line, soft_wrap=True, markup=False)

    def check(self, what: str, seen: object, expected: object) -> None:
        """Compare and say so; raise StoryError where they differ."""
        if seen != expected:
            msg = f"step {self._chapter}: {what}: expected {expected!r}, saw {seen!r}"
            raise StoryError(msg)
        self.checks += 1
        self.console.print(f"    [green]ok[/] {what}", soft_wrap=True)

    @contextmanager
    def bar(self, title: str, total: int) -> Iterator["Bar"]:
        """Show progress over `total` steps on a terminal; stay quiet when piped."""
        columns = (
            TextColumn("    {task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(
            *columns, console=self.console, transient=True, disable=not self.console.is_terminal
        ) as progress:
            yield Bar(progress, title, total)


class Bar:
    """One progress bar."""

    def __init__(self, progress: Progress, title: str, total: int) -> None:
        self._progress = progress
        self._task = progress.add_task(title, total=total)

    def step(self) -> None:
        """Move on by one."""
        self._progress.advance(self._task)
