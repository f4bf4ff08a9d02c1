"""What a school is made of, as values that know no storage, no framework and no clock."""
