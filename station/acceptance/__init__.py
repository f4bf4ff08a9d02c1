"""The acceptance of a station on its real board, step by step with the person before it."""
