"""What comes in: notebooks read, collected, put in order."""
