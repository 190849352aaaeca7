"""特困人员救助供养: application, care grading, placement, change, ending with the funeral payment, yearly review."""
