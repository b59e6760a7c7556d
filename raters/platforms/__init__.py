"""Where raters come from: one module for each platform, and the one place that registers them."""
