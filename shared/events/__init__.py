"""Facts: what the services say to each other, declared once, past tense, frozen, versioned."""
