"""Questions to the records that are answered in values of the domain."""
