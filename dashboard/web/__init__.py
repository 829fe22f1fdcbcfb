"""What speaks ASGI: headers, devices, webhook routes."""
