"""Stand-ins for time, for providers, and for the providers' servers."""
