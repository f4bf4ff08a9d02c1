"""The staff side's records: Django models split by aggregate, and queries that return domain values."""
