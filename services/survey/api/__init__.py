"""Survey's door for people: the caller's worklist, the citizen's link, the embedded provider's messages."""
