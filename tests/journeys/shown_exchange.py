"""Write deliveries in every state into the school the pictures show."""

from collections.abc import Mapping
from datetime import date, timedelta


def write(today: date) -> Mapping[str, object]:
    """Send a few certified records on their way; return what stands for one in an address."""
    from central.store.models import AttendanceRecord, Delivery, Staff
    from tests.fakes.recovery_school import at

    clerk = Staff.objects.filter(role="clerk").order_by("pk")[0]
    records = list(AttendanceRecord.objects.filter(stage="certified").order_by("-on", "pk")[:6])
    said = {
        Delivery.State.REOPENED: "there it says A, changed after we sent P",
        Delivery.State.UNKNOWN: "no answer came in time",
    }
    for number, (record, state) in enumerate(zip(records, Delivery.State, strict=True)):
        sent_at = at(today - timedelta(days=1), "16:00") + timedelta(minutes=number)
        Delivery.objects.create(
            record=record,
            key=f"{number:064x}",
            mark=record.mark,
            sent_by=clerk,
            sent_at=sent_at,
            state=state,
            channel=Delivery.Channel.POWERSCHOOL,
            difference=said.get(state, ""),
            attempts=1,
            confirmed_at=sent_at + timedelta(minutes=9) if state == Delivery.State.CONFIRMED else None,
        )
    return {"record": records[0].pk}
