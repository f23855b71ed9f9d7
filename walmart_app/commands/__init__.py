"""What pages and API change."""
