"""The provider client: attempts, streams, connections, failover, errors."""
