"""The store of the watcher."""
