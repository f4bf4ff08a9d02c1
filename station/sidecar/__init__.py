"""A second copy of every row beside the journal, for the day the journal's own file breaks."""

from station.sidecar.copying import FOLDER, MOST_QUEUED, Sidecar
from station.sidecar.file import records

__all__ = ["FOLDER", "MOST_QUEUED", "Sidecar", "records"]
