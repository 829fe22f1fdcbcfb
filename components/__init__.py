"""Parts of pages that need JavaScript, without a build step."""
