"""The page at the beginning of a packet: what it is, how it is proven, and what each member is."""

from typing import Final

from central.auditor.packet.manifest import About

_TEXT: Final = """\
AUDIT PACKET
{school_name} ({school}), school year {year}{month}
As decisions taken until the end of {as_of} left it. Made {made_at} by employee {made_by}.
{practice}
WHAT THIS IS
One file with the numbers of the school's attendance reports, every record behind them, and the whole
way of {sample} sampled records down to what stations and people signed. It is proven without the school.

HOW TO PROVE IT
With Rollbook installed (no server, no network, no configuration):

    rollbook-central verify packet FILE --server-key central.pub

Take central.pub, the school server's public key, from somebody other than whoever handed you this file:
the authorizer, last year's audit, or the school's leader by telephone. A key that came with the packet
proves nothing. The command reads every byte, proves the signature, draws the sample again, counts every
month again from the records, follows each sampled record to its taps and sheets, and prints one page.
--trace RECORD, --trace SHEET and --trace STATION/EPOCH/SEQUENCE print the way of one thing both up and
down; --list lists the members; --extract FOLDER writes them out.

Without Rollbook: unzip the file, and in its folder run

    sha256sum -c SHA256SUMS

The digest of SHA256SUMS and of every member stands in manifest.json, which the server signed (Ed25519).
docs/reference/audit-packet.md of Rollbook says how to check the signature, the sample and the sums by hand.

THE SAMPLE
Seed {seed}. Every certified record has a number. It was drawn by the SHA-256 of the text "seed/number":
the {sample} records with the smallest digests are the sample, in that order.

    printf '%s' '{seed}/4711' | sha256sum

The population is {population} certified records, those of records/ whose stage is certified, submitted or
confirmed. The SHA-256 over their numbers, a line each in the order of those tables, is
{population_sha256}

WHAT IS IN IT
    months.csv        the school months of each track, grade span and modality: days taught, student-days, ADA
    periods.csv       P-1, P-2 and Annual, made of those months (not where one month alone is looked at)
    calendar.csv      each day a track is taught: its month, whether it divides, the periods it counts in
    classes.csv       the student-days each class and day gives to a month
    sessions.csv      each class and day: records present, absent, not certified, removed
    records/          a table a day: every record, and the number its student's day counts in
    sample.csv        the sampled records in the order they were drawn
    walks/            a file for each: every step with who, when and why, taps, sheets, check-ins, deliveries
    proofs/           for each tap of theirs the proof that the station recorded it and the day was certified
    scans/            pictures of the paper sheets of theirs, by SHA-256
    sheets.csv        every line of every paper sheet, and the record it stands behind
    changes.csv       what was changed after it was certified, in the whole year: who, when, why
    gaps.csv          where evidence is missing or doubted, and how a person explained it
    editions.csv      the reports that were closed; editions/ holds each as it was
    closures.csv      requests to the state on Form J-13A, date by date, and where they stand
    retention.csv     what is kept of this year and from when on it may be destroyed; holds.csv legal holds
    law/              the provisions the numbers were made by (rule set {rule_set})
    certificates/     what stations and the school signed of each day, and the head of the log of them
    keys/             the public keys of the server and of its stations
    SHA256SUMS        the digest of every member but itself and the manifest
    manifest.json     all of this, signed

Dates are written year-month-day, times in UTC. A student is named by number; names stand in walks/ alone.
An apostrophe before =, +, - or @ is not part of the text: it keeps a spreadsheet from running it.
ADA here is before what is taken off for students above one ADA on several tracks, and before attendance
recovery: both stand in the closed reports.
"""


def text(about: About) -> bytes:
    """Return the page."""
    told = about.members() | {
        "month": "" if about.month is None else f", school month {about.month} alone",
        "practice": "\nA PRACTICE SCHOOL: NOTHING HERE IS EVER CLAIMED.\n" if about.is_practice else "",
    }
    return _TEXT.format_map(told).encode()
