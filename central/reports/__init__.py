"""What a school files and an auditor reads, made of certified records and the law."""
