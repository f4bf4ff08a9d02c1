"""What runs as root on a station while it is installed, enrolled or updated, and at no other time."""
