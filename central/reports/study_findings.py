"""What a period's report must say about independent study."""

from central.work.study_bar import bar_of
from central.work.study_claims import study_claim

__all__ = ["bar_of", "study_claim"]
