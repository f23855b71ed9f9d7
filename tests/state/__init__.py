"""What states compute."""
