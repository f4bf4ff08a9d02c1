"""Ask for a document no sooner than makes sense after an answer that could not be used."""

from collections.abc import Callable
from dataclasses import dataclass, field

PAUSE_S = 300.0
"""How long nothing is asked for after an answer that could not be used."""


@dataclass(slots=True)
class Asking:
    """When one kind of document may be asked for again; `monotonic` gives seconds."""

    monotonic: Callable[[], float]
    _not_before: float | None = field(default=None, init=False)

    def may(self, offered: int | None, have: int | None) -> bool:
        """Say whether a version is worth asking for beside the one that lies here, and now."""
        if offered is None or (have is not None and offered <= have):
            return False
        return self._not_before is None or self.monotonic() >= self._not_before

    def done(self) -> None:
        """Note that the answer could be used."""
        self._not_before = None

    def pause(self) -> None:
        """Note that it could not."""
        self._not_before = self.monotonic() + PAUSE_S
