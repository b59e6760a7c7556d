"""What crowd platforms are told, and how: one module for each, and the one place that registers them."""
