"""Charts of the report: plain Vega-Lite specifications, drawn as SVG by vl-convert."""
