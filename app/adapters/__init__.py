"""One file per vendor behind the kernel's ports; only app.wiring imports them."""
