"""One submission graded and kept: assessed, judged, written down."""
