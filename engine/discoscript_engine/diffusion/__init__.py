"""From noise to picture: schedules, samplers, guidance and what it is guided by."""
