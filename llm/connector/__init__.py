"""The connector: the one process that opens connections, and hands them to the llm stage."""
