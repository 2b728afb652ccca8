"""All DNS input and output: wire format, client, cache, and the scripted resolver."""
