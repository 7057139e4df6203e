"""A small torch on NumPy and CuPy."""
