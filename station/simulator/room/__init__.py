"""A practice room: the emulated chip and the real station, each a process of its own, under one hand."""
