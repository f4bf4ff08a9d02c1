"""JSON as people read it, indented by two; json's own writer of indented text takes several times as long."""

import json
from json.encoder import encode_basestring
from typing import Any

_STEP = "  "


def text(members: Any) -> str:  # noqa: ANN401  JSON of mixed shapes
    """Return what `json.dumps(members, ensure_ascii=False, indent=2)` returns, and a line's end.

    Names of members are text. Raises TypeError for what JSON has no form for.
    """
    return _written(members, "\n") + "\n"


def _written(value: Any, before: str) -> str:  # noqa: ANN401  JSON of mixed shapes
    """Return a value's text; `before` is a line's end and the spaces its own line begins with."""
    if type(value) is str:
        return encode_basestring(value)
    inside = before + _STEP
    if isinstance(value, dict) and value:
        parts = [f"{encode_basestring(name)}: {_written(each, inside)}" for name, each in value.items()]
        return f"{{{inside}{f',{inside}'.join(parts)}{before}}}"
    if isinstance(value, list | tuple) and value:
        return f"[{inside}{f',{inside}'.join([_written(each, inside) for each in value])}{before}]"
    return json.dumps(value, ensure_ascii=False)
