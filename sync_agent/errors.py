"""What can go wrong in the agent, each with the exit code its command ends with."""

EXIT_DONE = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 64
EXIT_UNAVAILABLE = 69
EXIT_TRY_AGAIN = 75
EXIT_CONFIGURATION = 78


class AgentError(Exception):
    """Something the agent cannot do; its text says what, where and what to do."""

    exit_code = EXIT_TRY_AGAIN


class WireError(AgentError):
    """Bytes from the other side are not what the protocol describes."""


class TooLargeError(WireError):
    """A message is longer than its reader is willing to hold."""


class SignatureError(AgentError):
    """A signature is missing, malformed, by another key, or over other bytes."""


class CourierError(AgentError):
    """No complete answer came back: nobody listens, time ran out, or the answer has no end."""

    exit_code = EXIT_UNAVAILABLE


class CertificateDateError(CourierError):
    """The server's certificate is not of this date; or this machine's clock is not."""


class RefusedError(AgentError):
    """Central refuses this station until a person has looked at it."""

    exit_code = EXIT_UNAVAILABLE


class MemoryFileError(AgentError):
    """The agent's own database cannot be opened, read or written."""


class MemoryBusyError(AgentError):
    """Another process is the agent's writer at this moment."""


class SchemaError(AgentError):
    """The agent's own database is of another release."""

    exit_code = EXIT_CONFIGURATION


class ConfigError(AgentError):
    """The configuration or a key file cannot be used."""

    exit_code = EXIT_CONFIGURATION


class UsageError(AgentError):
    """A command was called in a way it does not know."""

    exit_code = EXIT_USAGE


class TryAgainError(AgentError):
    """Central answered, and did not take what was sent."""
