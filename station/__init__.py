"""The classroom station: reads a credential, journals the tap, and only then shows the answer."""

# Said here and not asked of the installed package, whose metadata costs 3 MB to look up.
__version__ = "0.1.0"
