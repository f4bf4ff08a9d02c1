"""What one thread hears and another waits for."""

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Heard:
    """Guards what is heard; `wait` looks again whenever something more was."""

    def __init__(self) -> None:
        self._news = threading.Condition(threading.RLock())
        self._gone = ""

    def __enter__(self) -> None:
        self._news.acquire()

    def __exit__(self, *_exc: object) -> None:
        self._news.notify_all()
        self._news.release()

    def begin(self) -> None:
        """Hear again, from somebody new."""
        with self:
            self._gone = ""

    def hang_up(self, why: str) -> None:
        """Tell whoever waits that nothing more will be heard; they get ConnectionError with these words."""
        with self:
            self._gone = why

    def wait(self, look: Callable[[], T | None], timeout_s: float, what: str) -> T:
        """Return what `look` finds once it finds something; TimeoutError, which says `what`, if never."""
        with self._news:
            found: list[T] = []

            def is_there() -> bool:
                seen = look()
                if seen is None:
                    if self._gone:
                        raise ConnectionError(self._gone)
                    return False
                found.append(seen)
                return True

            if not self._news.wait_for(is_there, timeout_s):
                msg = f"{what} did not come within {timeout_s:g} s"
                raise TimeoutError(msg)
            return found[-1]

    def pause(self, longest_s: float) -> None:
        """Wait until something more was heard, or so long; the caller holds this."""
        self._news.wait(longest_s)
