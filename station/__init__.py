"""The classroom station: reads a credential, journals the tap, and only then shows the answer."""
