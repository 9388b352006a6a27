"""One file a system: `build` stores a corpus in a folder, `opened` opens it and gives back how to ask it.

Each imports its system inside the functions only, so that the worker can time the import.
"""
