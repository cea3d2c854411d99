"""Frames -> what lies beside the script: a video and numbered pictures."""
