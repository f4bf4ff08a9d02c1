"""Published: the errors of the station, each with the exit code its command ends with."""

from __future__ import annotations

from collections.abc import Sequence

EXIT_DONE = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 64
EXIT_UNAVAILABLE = 69
EXIT_TRY_AGAIN = 75
EXIT_CONFIGURATION = 78


class StationError(Exception):
    """Something the station cannot do; its text says what, where and what to do."""

    exit_code = EXIT_UNAVAILABLE


class UsageError(StationError):
    """A command was called in a way it does not know."""

    exit_code = EXIT_USAGE


class SettingsError(StationError):
    """A configuration file cannot be used; every problem found is one line of the text."""

    exit_code = EXIT_CONFIGURATION

    def __init__(self, problems: Sequence[str] | str) -> None:
        self.problems: tuple[str, ...] = (problems,) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(self.problems))


class EntryError(StationError):
    """Bytes that are no journal entry, or a value that cannot become one."""


class ChainError(StationError):
    """A hash chain that does not hold; `index` counts the rows before the first wrong one."""

    def __init__(self, index: int) -> None:
        self.index = index
        super().__init__(f"the hash chain breaks at row {index} of those checked")


class JournalError(StationError):
    """The journal could not be opened, read or appended to; nothing was appended."""


class JournalFullError(JournalError):
    """The disk has no room for another entry."""


class JournalDamagedError(JournalError):
    """The journal's file is not what was written to it: its sound part must be salvaged."""


class JournalBusyError(JournalError):
    """Another process is the journal's writer at this moment."""

    exit_code = EXIT_TRY_AGAIN


class InboxError(StationError):
    """A file of the inbox cannot be taken away."""


class RosterError(StationError):
    """A roster file that cannot be used."""


class ReaderError(StationError):
    """A reader cannot be opened or has stopped answering."""


class PanelError(StationError):
    """The lamps and the buzzer cannot be driven."""
