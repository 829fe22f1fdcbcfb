"""One module for each page: it reads input, calls a use case and shows the result."""
