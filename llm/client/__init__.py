"""Client of the providers: sends a prompt and streams the answer, with retries, failover and limits."""
