"""What is said when the law is asked something it has no answer to."""

from central.domain.errors import DomainError


class LawError(DomainError):
    """A question the law does not answer, such as the average attendance of a year without a day."""


class ProvisionError(LawError):
    """A provision that is not written as provisions must be; nothing is computed from it."""
