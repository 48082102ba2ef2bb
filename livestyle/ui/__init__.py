"""What is drawn over the picture, and what the keys do."""
