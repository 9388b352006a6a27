"""CloudFormation templates: what the service would refuse, and rights that are too wide."""
