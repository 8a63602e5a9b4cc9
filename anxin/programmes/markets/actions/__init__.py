"""What is done in the market book: the register is kept, quarrels climb the ladder."""
