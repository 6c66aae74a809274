"""Open311 GeoReport v2, decided: what a request must say, what becomes of it, what strangers see of it."""
