"""Discovery of providers: which one answers, its models, and whether its key works."""
