"""What can keep a station at the release it has."""

from station.errors import EXIT_CONFIGURATION, EXIT_TRY_AGAIN


class UpdateError(Exception):
    """A station stays at the release it runs; the text says why and what to do."""

    exit_code = EXIT_TRY_AGAIN


class ProofError(UpdateError):
    """What was offered is not what the school's release key signed, or is older than what was seen before."""

    exit_code = EXIT_CONFIGURATION


class BuildError(UpdateError):
    """The new release cannot be put beside the old one."""


class StateError(UpdateError):
    """What was noted of an update under way cannot be read or written."""


class NotNowError(UpdateError):
    """Nothing is wrong but the moment."""
