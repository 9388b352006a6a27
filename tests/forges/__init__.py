"""Small stand-ins of GitHub's and GitLab's APIs, Slack and a ticket system, as strict as the real ones where it matters."""
