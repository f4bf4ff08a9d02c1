"""What a staff laptop does with an emergency kit while central is down: print, key, check, hand over."""
