"""Making a course: lessons, editions, releases, known mistakes."""
