"""Run tests with the records on PostgreSQL: `python -m tests.on_postgres [what pytest takes]`.

One server is started and thrown away; each process of tests makes a database of its own in it.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from central.config import ENVIRONMENT
from tests.fakes import postgres

_SCHOOL = "34000000123456"


def main(arguments: list[str]) -> int:
    """Run pytest and return its exit code."""
    with tempfile.TemporaryDirectory(prefix="rollbook-on-pg-") as folder, postgres.cluster() as server:
        config = Path(folder) / "central.toml"
        config.write_text(
            f'data_dir = "data"\n[postgres]\nurl = "{server.url()}"\nlea = "3400000"\nschool = "{_SCHOOL}"\n'
        )
        command = [sys.executable, "-m", "pytest", *arguments]
        return subprocess.run(command, env=os.environ | {ENVIRONMENT: str(config)}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
