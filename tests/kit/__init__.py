"""What tests are built from: builders, drivers, a driven clock, `eventually`."""
