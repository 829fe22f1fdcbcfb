"""Link's script, frame and bank pages."""
