"""Used by IT on a laptop: one list of rooms becomes one boot bundle for each station."""
