"""The Voice API v1 as a dialect of the engine: pure translation both ways."""
