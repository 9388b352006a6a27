"""`make aws-smoke`: up, write, pause, resume, compare and pause again in a real account, by somebody who said yes to its price.

Never in CI. Whatever happens on the way, the last thing that happens is a destroy.
"""
