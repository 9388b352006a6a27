"""One Protocol per outside need; an adapter is a class that fits one of them."""
