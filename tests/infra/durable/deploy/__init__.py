"""The deploy role: who may take it, what it may do, and how far it reaches."""
