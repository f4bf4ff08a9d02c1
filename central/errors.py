"""The errors central reports to the person who asked, each with its exit code."""

from collections.abc import Sequence


class CentralError(Exception):
    """Say what is wrong, where, and what to do; nothing was written."""

    exit_code = 64


class ConfigError(CentralError):
    """Report a configuration central cannot start with."""

    exit_code = 78


class UnavailableError(CentralError):
    """Report something central needs and cannot reach: a lock held elsewhere, a database not migrated."""

    exit_code = 69


class RefusedError(CentralError):
    """Refuse a use case its caller may not carry out, or one the rules do not allow."""


class InputError(CentralError):
    """Refuse a whole input, naming every problem found in it at once."""

    def __init__(self, what: str, problems: Sequence[str]) -> None:
        """Keep the problems one by one: a page lists them, a terminal prints a line each."""
        self.what = what
        self.problems = tuple(problems)
        super().__init__("\n".join([what, *(f"  {problem}" for problem in self.problems)]))
