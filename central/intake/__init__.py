"""Published: the station side of central: takes batches in, keeps their bytes, and only then answers."""
