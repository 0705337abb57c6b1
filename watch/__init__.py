"""The watcher: a process that looks at key levels and readings, and tells people once, on time."""
