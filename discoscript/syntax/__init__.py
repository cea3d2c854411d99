"""Text -> Syntax: the grammar, one line at a time, and blocks from indentation."""
