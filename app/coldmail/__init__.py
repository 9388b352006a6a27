"""Writes cold e-mails from career pages: fetches a page, reads its jobs, matches a portfolio, drafts what is true."""
