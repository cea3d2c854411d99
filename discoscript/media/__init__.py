"""What sounds and tables beside a script say over time."""
