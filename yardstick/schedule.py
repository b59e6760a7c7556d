"""What beat announces, and how often, in seconds: sweeps find what lost its announcement or its worker."""

SECONDS = {
    "conversations.sweep_batches": 15,
    "conversations.sweep_staged_uploads": 3600,
    "conversations.sweep_evidence_searches": 15,
    "generation.sweep_runs": 5,
    "judgments.extend_stages": 15,
    "judgments.fold_figures": 60,
    "judgments.lay_out_ahead": 30,
    "judgments.sweep_platform_acts": 10,
    "reports.sweep_exports": 15,
    "reports.sweep_reports": 15,
    "reports.sweep_imports": 15,
}
