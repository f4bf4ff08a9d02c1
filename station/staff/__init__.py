"""What staff may do at a station with nothing but their card: a session of gestures, and the acts in it."""
