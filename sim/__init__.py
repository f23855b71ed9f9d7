"""The agent-based retail simulator: pure computation, no database, web or scheduler."""
