"""What a whole report on one million judgments costs: reading the dataset, every figure of it, and the question whether
a kept report is still the newest, which every open page asks again and again.

    python -m yardstick.embedded exec --ephemeral -- python benchmarks/report_1m.py [--judgments 1000000]

Exits with 1 if the figures take 10 s or more, the question 0.5 s, or the process ever needs 1 GB.

Last figures (2 cores, embedded PostgreSQL 18): read 8.0 s, all figures 2.4 s, fingerprint 0.17 s (0.29 s beside other
work), peak 850 MB.
"""

import argparse
import cProfile
import pstats
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from django.core.management import call_command

from benchmarks.export_5m import build, peak  # sets Django up
from reports.dataset.reads import dataset_of
from reports.report.figures.report import report_figures
from reports.report.fingerprint import fingerprint

SECONDS, FINGERPRINT_SECONDS, MEGABYTES = 10, 0.5, 1000


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--judgments", type=int, default=1_000_000)
    asked.add_argument("--profile", action="store_true")
    options = asked.parse_args()
    call_command("migrate", verbosity=0)
    study = build(options.judgments)
    started = time.perf_counter()
    dataset = dataset_of(study)
    read = time.perf_counter() - started
    profile = cProfile.Profile()
    started = time.perf_counter()
    if options.profile:
        profile.enable()
    figures = report_figures(dataset)
    profile.disable()
    computed = time.perf_counter() - started
    if options.profile:
        pstats.Stats(profile).sort_stats("cumulative").print_stats(40)
    print(f"{figures['counts']['human_judgments']:,} judgments by {figures['counts']['human_raters']} raters")
    started = time.perf_counter()
    fingerprint(study)
    asked_again = time.perf_counter() - started
    print(f"read {read:.1f} s, all figures {computed:.1f} s, fingerprint {asked_again:.2f} s, peak {peak():.0f} MB")
    if computed >= SECONDS or asked_again >= FINGERPRINT_SECONDS or peak() >= MEGABYTES:
        sys.exit(1)


if __name__ == "__main__":
    main()
