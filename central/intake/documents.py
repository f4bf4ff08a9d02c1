"""Give a station what is published for it."""

from starlette.routing import Route

from central.intake.parts import Parts


def routes(parts: Parts) -> list[Route]:
    """Return where these endpoints are found."""
    del parts
    return []
