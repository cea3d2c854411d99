"""What sounds and tables beside a script say over time, and what its input video holds."""
