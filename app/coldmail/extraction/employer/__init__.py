"""Finds the employer's name in what a page says and shows; an address only confirms a name, it never yields one."""
