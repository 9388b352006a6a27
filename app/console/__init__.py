"""The console: Streamlit pages over the HTTP API; it holds no data and imports no use case."""
