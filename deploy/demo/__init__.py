"""The demonstration: real cases of Beijing, played by people who only have the public HTTP interfaces."""
