"""Published: a broken journal put aside, and all that can be proven of it carried on in a new file."""

from station.salvage.procedure import ASIDE, ask_for, is_due, salvage
from station.salvage.salvaged import Salvaged

__all__ = ["ASIDE", "Salvaged", "ask_for", "is_due", "salvage"]
