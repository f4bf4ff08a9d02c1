"""Published: what can be proven of journals, certificates and taps by files and public keys alone."""
