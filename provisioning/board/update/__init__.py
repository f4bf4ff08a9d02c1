"""Bring a station to another release and back: proven, built beside the old one, kept only if it is well."""
