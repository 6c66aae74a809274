"""What is decided: how facts are folded, what counts, how units stand."""
