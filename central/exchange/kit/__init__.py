"""The files of an emergency kit: what central saves for a laptop, and what the laptop hands over."""
