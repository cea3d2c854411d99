"""FramePlan -> frames -> video: the frame store, the renderers, the encoder."""
