"""The form engine: a definition in, validated answers out; drafts and uploads."""
