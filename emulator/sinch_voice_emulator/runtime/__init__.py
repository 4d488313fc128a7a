"""What the pure layers may not touch: the lock, clocks, threads, sockets."""
