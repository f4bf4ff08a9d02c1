"""The station's folder on a disk that logs: what is left of it wherever the power may be cut."""
