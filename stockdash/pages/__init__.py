"""The pages of the app: what the user picked becomes a question to `query`, and its answer a picture."""
