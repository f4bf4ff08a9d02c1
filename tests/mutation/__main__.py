"""Start the runner: `python -m tests.mutation`."""

import sys

from tests.mutation.cli import main

sys.exit(main(sys.argv[1:]))
