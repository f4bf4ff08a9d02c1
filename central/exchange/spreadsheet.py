"""Published: text that a spreadsheet shows and never runs, and the same text back."""

from typing import Final

# A cell that begins with one of these is a formula to some spreadsheet, also behind white
# space; the last four are their full-width forms.
_TRIGGERS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_MARK: Final = "'"


def neutral(text: str) -> str:
    """Return text no spreadsheet takes for a formula; `plain` makes of it what it was."""
    return f"{_MARK}{text}" if _is_formula(text) or _is_marked(text) else text


def plain(text: str) -> str:
    """Return what `neutral` was given; text it never touched stays as it is."""
    return text.removeprefix(_MARK) if _is_marked(text) else text


def _is_formula(text: str) -> bool:
    return text.lstrip().startswith(_TRIGGERS) or text.startswith(_TRIGGERS)


def _is_marked(text: str) -> bool:
    """Tell whether an apostrophe stands before a formula, or before another that may."""
    return text.startswith(_MARK) and _is_formula(text.lstrip(_MARK))
