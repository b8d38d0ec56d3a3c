"""What must be true: claims only, one file a protocol."""
