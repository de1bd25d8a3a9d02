"""Client of the providers: streams answers, with retries, failover and limits."""
