"""Turns the bytes of a PDF, DOCX, TXT, MD or HTML document into text with blocks, in a process of its own."""
