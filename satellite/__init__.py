"""What changed: scenes, registration, change detection and patches."""
