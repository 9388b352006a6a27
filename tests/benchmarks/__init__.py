"""The parts of the benchmarks that compute and write, on made-up figures."""
