"""What a student runs: a folder of lessons, checks, a package of one's own."""
