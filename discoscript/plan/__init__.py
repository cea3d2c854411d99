"""Schedule -> FramePlan: one job per frame, and the key under which the store knows it."""
