"""Gone on pause: dollars an hour. Nothing here holds data."""
