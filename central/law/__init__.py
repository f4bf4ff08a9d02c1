"""California attendance accounting as plain functions that cite, over numbers that are dated data."""
