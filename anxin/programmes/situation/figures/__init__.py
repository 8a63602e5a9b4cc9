"""What is counted of a town: arrivals against the usual, queues, hot spots, the state as of a past morning."""
