"""From an address, a saved page or a text to jobs: fetched, followed and read apart from the service's own process."""
