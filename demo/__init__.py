"""A made-up school lives a year on one laptop: what a newcomer runs first and CI runs every time."""
