"""The checker: what is wrong with a workflow, a pipeline or a manifest, by rules of our own and without running anything."""
