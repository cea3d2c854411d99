"""One file per command of `discoscript`, named after it."""
