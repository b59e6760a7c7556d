"""The statistics can be read, tested and trusted alone."""

import pkgutil
import subprocess
import sys

from reports import stats


def test_statistics_need_no_django():
    modules = [f"reports.stats.{module.name}" for module in pkgutil.iter_modules(stats.__path__)]
    code = f"import sys, {', '.join(modules)}\nassert 'django' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
