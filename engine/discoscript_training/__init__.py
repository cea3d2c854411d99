"""Training of the embedded model family `tiny`. Not part of the wheel: only its results are
shipped.
"""
