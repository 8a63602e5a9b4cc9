"""What is done with pay: contracts and entries, the month, evaluation and promotion, the procedure of leaving."""
