"""An answer to a station, as a value."""

from dataclasses import dataclass

from sync_agent import wire

RETRY_AFTER_S = 5


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, body and the few headers a station reads."""

    status: int
    body: bytes
    media_type: str = "application/json"
    retry_after_s: int | None = None


def refused(name: str, **members: object) -> Reply:
    """Return one of the protocol's problems as an answer."""
    problem = wire.Problem.named(name, **members)
    retry_after_s = RETRY_AFTER_S if name in {"busy", "in-progress"} else None
    return Reply(problem.status, problem.to_json(), wire.PROBLEM_MEDIA_TYPE, retry_after_s)


def too_large() -> Reply:
    """Return the refusal that names the limits."""
    return refused("too-large", max_entries=wire.MAX_ENTRIES, max_bytes=wire.MAX_BODY_BYTES)


FAILED = Reply(
    500, b'{"type":"about:blank","title":"Internal Server Error","status":500}', wire.PROBLEM_MEDIA_TYPE
)
"""The answer to a request that met a fault of this program; it may be sent again."""
