"""Who may use the service: people with passwords, and keys of programs."""
