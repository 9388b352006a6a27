"""The answer side of questions: is there evidence, and does every citation stand."""
