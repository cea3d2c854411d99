"""DiscoScript: a shot list in plain text, rendered with CLIP-guided diffusion."""

__version__ = "0.1.0"
