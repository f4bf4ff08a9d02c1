"""Central: taps become records a certificated teacher signs, and records numbers a school can defend."""
