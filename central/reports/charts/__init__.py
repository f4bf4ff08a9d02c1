"""Charts as SVG, drawn from values alone; each stands beside the table of what it shows."""
