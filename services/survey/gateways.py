"""The one call out: intake is asked for a contact at call time, with a purpose and a short-lived token."""
