"""The rendering service: a page that scripts draw, drawn in a browser that has no network of its own."""
