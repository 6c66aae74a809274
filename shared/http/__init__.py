"""The door people knock at: one kind of app, one kind of refusal, one way to be known."""
