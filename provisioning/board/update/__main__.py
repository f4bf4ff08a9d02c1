"""The updater as rollbook-update.service runs it, and as a person runs it with a folder of releases."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from provisioning.board.update.errors import UpdateError
from provisioning.board.update.layout import Layout
from provisioning.board.update.offer import Source
from provisioning.board.update.run import Updater
from provisioning.board.update.trial import Trial, look_at, running
from provisioning.board.update.units import Systemd
from station.errors import EXIT_DONE, EXIT_TRY_AGAIN
from station.kernel_time import KernelTime
from station.logs import setup

_USER = "rollbook"


class _Here:
    """This board's time."""

    def seconds(self) -> float:
        """Return the raw clock, which nobody sets."""
        return time.clock_gettime(time.CLOCK_MONOTONIC_RAW)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run once: 0 done or nothing to do, 75 try again, 78 what was offered cannot be proven."""
    parser = argparse.ArgumentParser(
        prog="rollbook-update", description="Bring this station to a newer release."
    )
    parser.add_argument(
        "--from", dest="folder", type=Path, help="folder of signed releases, as on a USB stick"
    )
    options = parser.parse_args(arguments)
    setup()
    layout = Layout(Path("/"))
    trial = Trial(layout, Systemd(), _Here(), partial(look_at, layout, _USER if os.geteuid() == 0 else None))
    is_set, _ = KernelTime().quality()
    updater = Updater(layout, trial, datetime.now(UTC) if is_set else None)
    try:
        updater.run([Source(options.folder, None)] if options.folder else None)
        sys.stdout.write(f"release {running(layout)} is in use\n")
    except UpdateError as error:
        sys.stderr.write(f"rollbook-update: {error}\n")
        return error.exit_code
    except OSError as error:
        sys.stderr.write(f"rollbook-update: {error.filename}: {error.strerror}; look at the disk\n")
        return EXIT_TRY_AGAIN
    return EXIT_DONE


if __name__ == "__main__":
    sys.exit(main())
