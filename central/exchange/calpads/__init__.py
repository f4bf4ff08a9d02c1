"""The state's student absence summary as a file, with the letters its names may have."""
