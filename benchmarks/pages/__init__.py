"""The reading of career pages beside extruct and trafilatura, in one run on the same pages."""
