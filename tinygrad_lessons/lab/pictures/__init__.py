"""Pictures for the notebooks, a file for each lesson; `frame` is what they share."""
