"""What a person had typed into a form that was sent back to them."""

from collections.abc import Mapping

from django import template

register = template.Library()


@register.filter
def kept(form: Mapping[str, str], student: int) -> str:
    """Return the action chosen for a student."""
    return form.get(f"action-{student}", "")


@register.filter
def kept_why(form: Mapping[str, str], student: int) -> str:
    """Return the reason typed for a student."""
    return form.get(f"why-{student}", "")
