"""The live page: a watched script in the browser. LiveState -> messages -> page."""
