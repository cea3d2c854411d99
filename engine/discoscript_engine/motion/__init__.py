"""From one frame to the next: cameras, warps, depth."""
