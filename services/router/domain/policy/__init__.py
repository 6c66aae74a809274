"""The rules, one noun a file: what may be done with a case, and what is said when it is."""
