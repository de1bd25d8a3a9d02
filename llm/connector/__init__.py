"""Opens TCP connections in a process of its own and passes the sockets to llm."""
