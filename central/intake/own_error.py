"""Published: how far this server's clock may be from UTC, as its kernel says or its configuration claims."""

from dataclasses import dataclass
from typing import Final

from central.config import CentralConfig
from central.errors import ConfigError
from station.kernel_time import KernelTime

LEAST_MS: Final = 50
"""timesyncd tells the kernel after each question that the clock is right to the microsecond; none is."""
MOST_MS: Final = 16_000
"""Where the bound has grown this far, the kernel itself takes the clock for unsynchronised."""


@dataclass(frozen=True, slots=True)
class OwnError:
    """The bound of one machine's clock; without a kernel to ask, it is what the configuration claims."""

    claimed_ms: int
    kernel: KernelTime | None

    def eps_ms(self) -> int:
        """Return the bound of this moment."""
        is_synchronised, error_ms = (False, 0) if self.kernel is None else self.kernel.quality()
        return min(max(LEAST_MS, error_ms), MOST_MS) if is_synchronised else self.claimed_ms

    def finding(self) -> str | None:
        """Return what somebody should see to, None while all is well."""
        if self.kernel is None or self.kernel.quality()[0]:
            return None
        return (
            "no time server sets this machine's clock, says its kernel, yet stations hear that it is right"
            f" to {self.claimed_ms} ms (clock_error_ms); turn on systemd-timesyncd or chrony"
        )


def own_error(config: CentralConfig) -> OwnError:
    """Return the bound for a configuration; raises ConfigError.

    A rehearsal's clock is moved by hand and asks no kernel.
    """
    if not 1 <= config.clock_error_ms <= MOST_MS:
        msg = f"clock_error_ms = {config.clock_error_ms} is not between 1 and {MOST_MS}; 50 is usual"
        raise ConfigError(msg)
    return OwnError(config.clock_error_ms, None if config.practice else KernelTime())
