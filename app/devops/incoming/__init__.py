"""What platforms send by themselves: proved, read into one shape, and kept until it is worked on."""
