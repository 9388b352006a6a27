"""Tells lines that speak to a model from what programs print: they are neither shown to one nor quoted in a cause."""

import re

_SPEECH = re.compile(
    r"(?i)\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:previous|prior|above|all|earlier|your)\b.{0,40}"
    r"\b(?:instructions?|rules?|prompts?|directions?)\b|\bsystem prompt\b|\byou are (?:now|an? )\b"
    r"|\b(?:as an?|dear) (?:AI|assistant|language model)\b|\bnew instructions?\b"
    r"|^\W{0,8}(?:\[?(?:AI|LLM|assistant|system|user|instructions?)\]?|note to (?:the )?(?:AI|assistant|model|agent)s?)\s?:"
    r"|\b(?:reply|respond|answer|output|print|say) (?:only )?(?:with|exactly|the following)\b"
    r"|\bplease (?:add|put|include|insert|append|use|set|write)\b.{0,120}"
    r"\b(?:patch|answer|fix|report|diagnosis|response|analysis)\b"
    r"|<\|?(?:im_start|system|assistant)\b"
)
_CHARS = 2_000


def is_speech(line: str) -> bool:
    return _SPEECH.search(line[:_CHARS]) is not None
