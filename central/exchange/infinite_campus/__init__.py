"""Infinite Campus' positive attendance: times in and out, given once and never again."""
