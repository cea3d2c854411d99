"""Scene -> Schedule -> FramePlan: the value of every parameter at every frame."""
