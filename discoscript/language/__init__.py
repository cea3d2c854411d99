"""Text -> Syntax -> Scene: what a script says, and every mistake in it with its place."""
