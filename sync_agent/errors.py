"""What can go wrong in the agent, each with the exit code its command ends with."""


class AgentError(Exception):
    """Be the base of every error of the agent; `exit_code` follows the house's list."""

    exit_code = 70


class WireError(AgentError):
    """Say that bytes from the other side are not what the protocol describes."""

    exit_code = 75


class TooLargeError(WireError):
    """Say that a message is longer than its reader is willing to hold."""


class SignatureError(AgentError):
    """Say that a signature is missing, malformed, by another key, or over other bytes."""

    exit_code = 75
