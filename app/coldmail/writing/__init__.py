"""From a posting to a draft whose every claim has evidence: template, model, verification."""
