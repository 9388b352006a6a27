"""Templates for GitHub workflows: the small changes that mend what a failed run complains of."""
