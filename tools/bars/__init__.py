"""What is done to bars between the source and the agents: resampled, judged, stored by digest."""
