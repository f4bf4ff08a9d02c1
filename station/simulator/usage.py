"""How the rehearsals' commands say that they were called wrongly."""

from __future__ import annotations

import argparse
from typing import NoReturn

from station.errors import EXIT_USAGE


class Parser(argparse.ArgumentParser):
    """A parser whose mistakes are one line, like every other error of the command."""

    def error(self, message: str) -> NoReturn:
        """End the program with what was wrong, in place of a page."""
        self.exit(EXIT_USAGE, f"{self.prog}: {message}; see {self.prog} --help\n")
