"""What can go wrong while a station is provisioned, each with the exit code it ends the command with."""

from collections.abc import Sequence


class ProvisioningError(Exception):
    """Base of every error this package raises on purpose."""

    exit_code = 78

    @property
    def lines(self) -> Sequence[str]:
        """Return what to print, one line for each problem."""
        return (str(self),)


class ManyError(ProvisioningError):
    """Something cannot be used; carries every problem found in it, not only the first."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self._problems = tuple(problems)

    @property
    def lines(self) -> Sequence[str]:
        """Return one line for each problem, in the order of the file."""
        return self._problems


class InventoryError(ManyError):
    """The room list cannot be used."""


class UnknownRoomError(ProvisioningError):
    """The room asked for is not in the list, or is there more than once."""

    exit_code = 64


class KeyFileError(ProvisioningError):
    """A key file is missing or does not hold a key."""


class ReleaseError(ProvisioningError):
    """A folder of wheels cannot be installed on a station."""


class BundleError(ProvisioningError):
    """A bundle cannot be written where it was asked for."""


class EnrolmentFileError(ManyError):
    """The file of an enrolment is missing, or a station's token in it cannot be used."""


class CardError(ManyError):
    """A card cannot be written: it is no card of ours, of another station, too small or worn out."""


class OfficeError(ProvisioningError):
    """Central does not answer, does not know who signs in, or refuses what is asked."""

    exit_code = 69


class SalvageError(ProvisioningError):
    """An old card holds nothing that could be brought to central."""
