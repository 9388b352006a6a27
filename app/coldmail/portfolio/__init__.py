"""The work that drafts may point to: kept per tenant, matched by skills and meaning."""
