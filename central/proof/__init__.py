"""Published: whether what a credential left at a reader proves that it was there."""

from central.proof.judge import judge
from central.proof.judgement import Judged, Known, Shown
from central.proof.sun import SunKeys

__all__ = ["Judged", "Known", "Shown", "SunKeys", "judge"]
