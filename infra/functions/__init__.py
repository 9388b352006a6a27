"""Code that runs inside AWS, as it is: standard library and the boto3 of the runtime, nothing of this repository."""
