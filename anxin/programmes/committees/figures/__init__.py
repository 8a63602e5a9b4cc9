"""What is counted and found in the committee book."""
