"""Run central as processes: sockets, readiness, background work, and the family of both processes."""
