"""A school morning and what may befall it, played on any board and judged from outside."""
