"""A backend for Django: PostgreSQL where one process at a time writes a school's records, as with SQLite."""
