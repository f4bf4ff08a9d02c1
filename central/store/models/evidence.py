"""The projection of station entries: derived from the intake's bytes and rebuilt from them at will."""

from django.db import models

from central.domain.proof import Proof


class ProjectorPosition(models.Model):
    """How far the projector has read; it moves in the transaction that writes what it read."""

    server_sequence = models.PositiveBigIntegerField(default=0)
    quarantine_id = models.PositiveBigIntegerField(
        default=0, help_text="the last message set aside that was read"
    )
    health_sequence = models.PositiveBigIntegerField(
        default=0, help_text="the last batch looked into for how its station is"
    )


class StationTimeline(models.Model):
    """How far the times of one journal are settled: entries up to there are never looked at again.

    What of an epoch came in only inside another epoch is a journal of its own, `carried_in` that one.

    The bounds are those of the entry numbered `settled_sequence`, in milliseconds UTC; without them
    nothing is settled yet and the times of the whole journal are still open.
    """

    station = models.ForeignKey("store.Station", on_delete=models.PROTECT, related_name="timelines")
    epoch = models.BigIntegerField()
    carried_in = models.BigIntegerField(default=0, help_text="the epoch that carries it, 0 for none")
    projected_sequence = models.PositiveBigIntegerField(default=0, help_text="the last entry read")
    settled_sequence = models.PositiveBigIntegerField(default=0)
    settled_earliest_ms = models.BigIntegerField(null=True)
    settled_latest_ms = models.BigIntegerField(null=True)
    not_taps = models.JSONField(
        default=dict, help_text="entries by kind that are no taps, unknown kinds among them"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["station", "epoch", "carried_in"], name="timeline_once")
        ]


class Occurrence(models.Model):
    """One entry of a station that IT should know of: an error, a gap, a salvage, or what staff did there.

    The newest of each journal are kept; all of them stand in the evidence.
    """

    station = models.ForeignKey("store.Station", on_delete=models.PROTECT, related_name="occurrences")
    epoch = models.BigIntegerField()
    sequence = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=10)
    payload = models.JSONField()
    earliest_at = models.DateTimeField(null=True)
    latest_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["station", "epoch", "sequence"], name="occurrence_once")
        ]


class Tap(models.Model):
    """One presented credential as evidence, with what is proven about its time."""

    class Outcome(models.TextChoices):
        """What became of a tap; only a person moves one out of review."""

        PENDING = "pending"
        RECORDED = "recorded"
        REPEAT = "repeat"
        UNKNOWN_CREDENTIAL = "unknown-credential"
        NO_SESSION = "no-session"
        NOT_ENROLLED = "not-enrolled"
        TIME_REVIEW = "time-review"
        UNPARSED = "unparsed"
        AMBIGUOUS = "ambiguous"
        AFTER_DECISION = "after-decision"
        STAFF = "staff"
        REFUTED = "refuted"
        DOUBTED_STATION = "doubted-station"

    school = models.ForeignKey("store.School", on_delete=models.PROTECT, related_name="taps")
    station = models.ForeignKey("store.Station", on_delete=models.PROTECT, related_name="taps")
    server_sequence = models.PositiveBigIntegerField(help_text="the batch it came in")
    position = models.PositiveIntegerField(help_text="its place in the batch, from 0")
    epoch = models.BigIntegerField()
    sequence = models.PositiveBigIntegerField()
    leaf = models.BinaryField(max_length=32, help_text="RFC 6962 leaf hash of the stored bytes")
    token = models.BinaryField(max_length=16, null=True)
    key_id = models.CharField(max_length=20, blank=True)
    reader = models.CharField(max_length=40)
    flags = models.JSONField(default=dict)
    evidence = models.TextField(blank=True)
    earliest_at = models.DateTimeField(null=True)
    latest_at = models.DateTimeField(null=True)
    provable_earliest_at = models.DateTimeField(
        null=True, help_text="by signed exchanges and receipts alone, trusting no clock of the station"
    )
    provable_latest_at = models.DateTimeField(null=True)
    time_quality = models.CharField(max_length=2, help_text="T1 T2 P D R X")
    time_rule = models.PositiveSmallIntegerField(default=0, help_text="version of the rule that found it")
    is_attested = models.BooleanField(default=False, help_text="the time rests on what a person said")
    carried_from = models.BigIntegerField(
        default=0, help_text="the epoch it was first journalled in, 0 where that is its own"
    )
    on = models.DateField(
        null=True, help_text="the school's local date, only where the whole interval lies in it"
    )
    outcome = models.CharField(max_length=20, choices=Outcome.choices, default=Outcome.PENDING)
    proof = models.CharField(
        max_length=8, default=Proof.ABSENT.value, help_text="absent, proven, refuted or unproven"
    )
    proof_reason = models.CharField(max_length=20, blank=True, help_text="why refuted or unproven")
    once = models.CharField(
        max_length=80, blank=True, help_text="what its evidence may be shown for one time only"
    )
    is_token_derived = models.BooleanField(
        default=False, help_text="the token was found in the evidence, not by the station"
    )
    is_clock_synchronised = models.BooleanField(default=False, help_text="the station's kernel said so")
    is_clock_doubted = models.BooleanField(default=False, help_text="and was disproved")
    record = models.ForeignKey(
        "store.AttendanceRecord", on_delete=models.PROTECT, null=True, related_name="taps"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["station", "epoch", "sequence"], name="tap_once"),
            # A station's clocks make its entries' bytes unique; two stations may well write the same bytes.
            models.UniqueConstraint(fields=["station", "leaf"], name="tap_leaf_once"),
        ]
        indexes = [
            models.Index(fields=["school", "outcome"], name="tap_outcome"),
            models.Index(fields=["token", "on"], name="tap_token_day"),
            models.Index(fields=["station", "on"], name="tap_station_day"),
            models.Index(fields=["school", "once"], condition=~models.Q(once=""), name="tap_once_only"),
            models.Index(fields=["school", "proof"], condition=~models.Q(proof="absent"), name="tap_proof"),
        ]
