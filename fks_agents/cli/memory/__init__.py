"""Look into what the agents have learned."""
