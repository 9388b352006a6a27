"""A small web on loopback: names that resolve as a test says, and a site that redirects, drips, and never ends."""
