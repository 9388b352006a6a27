"""The rules for GitLab pipelines."""
