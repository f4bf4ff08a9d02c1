"""What each export holds, made from the certified records, with what is wrong with it."""
