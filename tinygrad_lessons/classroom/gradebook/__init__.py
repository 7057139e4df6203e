"""The course folder and its gradebook, nbgrader's steps, what goes out."""
