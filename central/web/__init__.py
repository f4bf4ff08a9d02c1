"""The staff side: pages and sign-in."""
