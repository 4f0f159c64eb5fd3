"""Making a commune: template schema, clone script, steps."""
