"""`python -m discoscript`."""

import sys

from discoscript.cli import main

sys.exit(main())
