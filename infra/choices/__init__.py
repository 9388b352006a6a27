"""What a stack may choose, a file for each subject: typed fields, and the combinations that cannot work."""
