"""The reference, written from the tables: Markdown for `docs/reference/` and for `explain`.

Pure functions from rows to text; `docs/generate.py` writes the files.
"""
