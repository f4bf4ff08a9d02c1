"""Published: the station's append-only, hash-chained store, and the way to read it from outside."""

from station.journal.file import Head, Row
from station.journal.genesis import Identity
from station.journal.reader import MOST_ROWS, JournalReader
from station.journal.schema import SCHEMA_VERSION
from station.journal.writer import CARRIED_ROWS, FILE_NAME, Journal

__all__ = [
    "CARRIED_ROWS",
    "FILE_NAME",
    "MOST_ROWS",
    "SCHEMA_VERSION",
    "Head",
    "Identity",
    "Journal",
    "JournalReader",
    "Row",
]
