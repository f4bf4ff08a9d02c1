"""OneRoster 1.1 and 1.2 rosters: a zip of CSV files becomes one checked value."""
