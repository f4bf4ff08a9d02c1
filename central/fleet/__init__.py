"""A whole fleet in one process: real stations, agents and central on virtual time and faulty lines."""
