"""The staff pages, one module a page."""
