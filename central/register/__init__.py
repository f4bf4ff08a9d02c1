"""The requirements a school answers for, each with a state that comes from its records or from a document."""
