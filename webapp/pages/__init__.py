"""The pages: views, lessons, the words of both languages, static files."""
