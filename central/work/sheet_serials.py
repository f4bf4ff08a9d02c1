"""Hand out the numbers of paper sheets, each once: to sheets printed here, and in blocks to kits."""

from django.db.models import Max

from central.domain.sheet_number import MOST
from central.errors import RefusedError
from central.store.models import PaperKit, PrintedSheet


def reserve(count: int) -> range:
    """Return so many serials nobody has; to be called in the transaction that writes them down.

    Two that ask at once are told apart by the rows' unique serials: one of them is refused and tries again.
    """
    printed = PrintedSheet.objects.aggregate(last=Max("serial"))["last"] or 0
    of_kits = PaperKit.objects.aggregate(last=Max("last_serial"))["last"] or 0
    first = max(printed, of_kits) + 1
    if first + count - 1 > MOST:
        msg = f"all {MOST} sheet numbers are used up; nothing was printed"
        raise RefusedError(msg)
    return range(first, first + count)
