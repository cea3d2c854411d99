"""What each diagnostic code means: one page per code, `D301.md`, and what reads and shows them."""
