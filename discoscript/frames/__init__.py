"""FramePlan -> frames: the renderers, and the store in which no frame is lost or made twice."""
