"""Any table in: what a spreadsheet saved is read so that it fits the roster, and each guess is told."""
