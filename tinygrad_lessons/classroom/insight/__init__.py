"""What a class's results say."""
