"""Django's PostgreSQL backend with a pool that notices an outage, says so at once, and is back soon after it."""
