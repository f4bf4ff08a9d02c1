"""Ed-Fi's attendance events, each ready to be sent."""
