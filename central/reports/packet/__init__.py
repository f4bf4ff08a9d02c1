"""Published: make an audit packet from the records: one file an auditor proves without us."""
