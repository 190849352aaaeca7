"""临时救助 and the townships' 备用金."""
