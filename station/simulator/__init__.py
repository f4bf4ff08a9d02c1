"""An emulated PN532 with cards, phones and faults, for practice and for tests with the real driver."""
