"""文件: pictures and recordings as people hand them in: known by content, cleaned, kept in one store."""
