"""Published: the retention schedule of a school year as papers."""

from central.exchange.workbook import Cell
from central.law.retention import RecordClass
from central.reports.board_papers import Papers, Printed
from central.reports.paper_parts import clock, head
from central.reports.retention_report import KeptClass, RetentionReport


def papers(report: RetentionReport) -> Papers:
    """Return the papers."""
    audited = report.audited_on
    said = (
        f"The audit of {report.of.year} was completed on {audited:%m/%d/%Y}."
        if audited
        else (f"No audit of {report.of.year} is on record as completed.")
    )
    return Papers(
        title="Retention of records and legal holds",
        lines=[
            *head(report.of),
            said,
            "How many records there are is as of now; holds and the audit are as of the day.",
        ],
        tables=[_kept(report), _holds(report), _years(report), _rule(report)],
        signers=("School leader",),
    )


def _kept(report: RetentionReport) -> Printed:
    rows: list[list[Cell]] = [
        [each.what, each.count, f"Class {each.kept_as.value}", each.by_rule, _stands(each, report)]
        for each in report.kept
    ]
    heads = ("Records", "How many", "Class", "Not to be destroyed before", "As things stand")
    return Printed(f"Records of {report.of.year}", heads, rows, short="Records")


def _stands(each: KeptClass, report: RetentionReport) -> str:
    if report.standing:
        return "held: keep"
    if each.kept_as is RecordClass.PERMANENT:
        return "keep for ever"
    if each.may_go_from is None:
        return "keep: the audit is not complete"
    return "may be destroyed" if each.may_go_from <= report.of.as_of else "keep until that day"


def _holds(report: RetentionReport) -> Printed:
    rows: list[list[Cell]] = [
        [
            *(hold.name, "lifted" if hold.lifted_at else "stands", hold.reason, hold.by),
            *(clock(hold.at, report.of), clock(hold.lifted_at, report.of), hold.lifted_by, hold.lifted_why),
        ]
        for hold in report.holds
    ]
    heads = ("Hold", "State", "Reason", "By employee", "Since", "Lifted at", "Lifted by", "Why")
    return Printed(f"Legal holds on {report.of.year}", heads, rows, short="Holds")


def _years(report: RetentionReport) -> Printed:
    rows: list[list[Cell]] = [
        [each.name, each.audited_on, each.holds, each.detail_may_go_from] for each in report.years
    ]
    heads = ("School year", "Audit completed on", "Holds that stand", "Detail may be destroyed from")
    return Printed("Every school year", heads, rows, short="Years")


def _rule(report: RetentionReport) -> Printed:
    wording = report.wording
    rows: list[list[Cell]] = [
        ["years detail is kept", wording.value],
        ["citation", wording.cite],
        ["says", wording.text],
        ["read at", wording.href],
        ["how it is known", wording.evidence],
        ["compared with its source on", wording.verified],
        ["class 1 permanent", "annual attendance with P-1 and P-2, and who was enrolled; never destroyed"],
        ["class 3 disposable", "the daily detail behind it"],
    ]
    return Printed("What the rule rests on", ("What", "Says"), rows, short="Rule")
