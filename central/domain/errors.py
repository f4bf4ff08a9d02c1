"""What is said when a value of the school cannot exist."""


class DomainError(Exception):
    """A value that cannot be true of any school, such as a span that ends before it begins."""
