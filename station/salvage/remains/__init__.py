"""What is left of a journal's files, read byte by byte where SQLite cannot be asked."""
