"""Aeries' tables of attendance and of supplemental attendance, as files its import page takes."""
