.PHONY: check lock

# All that CI checks, the cheapest first; the import contracts are among the tests.
check:
	ruff format --check .
	ruff check .
	mypy
	pytest

# The exact versions that CI installs, for every supported Python and platform.
lock:
	uv pip compile requirements-dev.txt --universal --python-version 3.11 --no-emit-package stockdash --no-emit-package stockdash-talib --no-emit-package stockdash-pandas-ta --no-emit-package stockdash-csv --no-header --no-annotate --output-file requirements.lock
