"""What the platform does: one folder per app, a kernel without vendors, one adapter file per vendor."""
