"""月报 as a page: words, charts, and how they stand together."""
