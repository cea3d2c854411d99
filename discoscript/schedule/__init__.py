"""Scene -> Schedule: the value of every parameter at every frame."""
