"""Pictures, styles and scripts out of the installed packages; one that was replaced is looked at again."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]  # ships no types


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]  # whitenoise ships no types
    """Serves each file as long as it is now.

    The library measures every file once. A program upgraded while it serves would send new files cut to
    the length of the old ones, and browsers would keep them so.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Measure every file."""
        self._measured: dict[str, tuple[str, tuple[int, int]]] = {}
        super().__init__(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve a file, or go on where the address is of none."""
        self._look_again(request.path_info)
        answer: HttpResponse = super().__call__(request)
        return answer

    def add_file_to_dictionary(
        self, url: str, path: str, stat_cache: Mapping[str, os.stat_result] | None = None
    ) -> None:
        """Measure a file and remember what was measured."""
        super().add_file_to_dictionary(url, path, stat_cache)
        self._measured[url] = (path, _measure(stat_cache[path] if stat_cache else Path(path).stat()))

    def _look_again(self, url: str) -> None:
        if url not in self._measured:
            return
        path, measured = self._measured[url]
        try:
            if _measure(Path(path).stat()) != measured:
                self.add_file_to_dictionary(url, path)
        except FileNotFoundError:
            # Between the old program and the new one there is a moment without the file.
            self.files.pop(url, None)
        else:
            if url not in self.files:
                self.add_file_to_dictionary(url, path)


def _measure(found: os.stat_result) -> tuple[int, int]:
    return found.st_size, found.st_mtime_ns
