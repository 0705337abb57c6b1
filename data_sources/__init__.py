"""Where prices come from: providers, recordings, and the caches stacked in front of them."""
