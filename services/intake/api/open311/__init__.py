"""Open311 GeoReport v2: intake's door for apps that speak the open standard of cities' service requests."""
