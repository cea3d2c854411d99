"""What a run left to read: a page for people, and the same as JSON."""
