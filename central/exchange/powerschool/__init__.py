"""PowerSchool as it is spoken to over HTTP: its attendance calls, its queries, its feed of changes."""
