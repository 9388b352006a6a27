"""Stand-ins for the plugins a published Pulumi CLI brings along; see README.md for what each one keeps and refuses."""
