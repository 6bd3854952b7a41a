# Two commands for a newcomer: `make demo` and `make test`. Each sets up all it needs; a repeat is quick.
# While you work: `make unit`; `make cover` is `make test` with the lines that no test runs.
# Needs: python3 >= 3.11 with its venv module (Debian: python3-venv), make.

VENV = .venv
BIN = $(VENV)/bin
COMPILE = $(VENV)/lock/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header
FILES = bridge/core/reminders.py
# What Python and pytest compile is kept, whatever the shell says: it is half a minute of every run.
export PYTHONDONTWRITEBYTECODE =

.PHONY: demo test pytest cover unit lint audit soak bench mutants docs wheel deb container packages lock clean

# Further flags go in DEMO, such as: make demo DEMO="--speed 30"
demo: $(VENV)/run.stamp
	$(BIN)/bridge demo $(DEMO)

# Compiled first, because the tests start some hundred processes, which otherwise may each compile it anew.
test: $(VENV)/test.stamp
	sh scripts/install-test-parts.sh
	sh scripts/install-axe.sh
	$(BIN)/python -m compileall -q bridge tests/parts
	$(MAKE) -j2 lint pytest

pytest: $(VENV)/test.stamp
	$(BIN)/pytest --workers 4 --durations=15 $(COVER)

cover:
	$(MAKE) test COVER="--cov --cov-report=term:skip-covered"

# For every save: no server, no browser, no coverage, no measurement. Schemathesis is slow to import and not used here.
unit: $(VENV)/test.stamp
	$(BIN)/pytest -q --workers $$(getconf _NPROCESSORS_ONLN) -p no:schemathesis --sqlite-only \
	    --ignore tests/unit/wording/test_speed.py tests/unit tests/stages

lint: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict bridge tests/parts tests/e2e tests/packages tests/conftest.py

# Known holes in what a running bridge is made of. Red for one, never for the network: then it says so and goes on.
audit: | $(VENV)/made.stamp
	@if $(MAKE) $(VENV)/audit.stamp; then $(VENV)/audit/bin/python scripts/audit.py requirements.lock; \
	else echo "requirements.lock: not audited: pip-audit cannot be installed here"; fi

# The long versions, and every stage on both databases: not part of `make test`. The kill loops print their figures at the end.
soak: $(VENV)/test.stamp
	sh scripts/install-test-parts.sh
	$(BIN)/pytest --workers 2 -rP --durations=15 tests/faults tests/soak tests/stages --kill-rounds 200 --long

bench: $(VENV)/test.stamp
	sh scripts/install-test-parts.sh
	$(BIN)/python -m tests.bench.bench_sending
	$(BIN)/python -m tests.bench.bench_letters
	$(BIN)/python -m tests.bench.bench_webhooks
	$(BIN)/python -m tests.bench.bench_alerts
	$(BIN)/python -m tests.bench.bench_storm
	$(BIN)/python -m tests.bench.bench_waits

# Small faults in FILES, of bridge/core and bridge/stages, that `make unit` would not notice: some minutes a file.
# mutmut has a folder of its own, and the tests' packages from the project's: it runs them in its own process.
mutants: $(VENV)/test.stamp $(VENV)/mutants.stamp
	PYTHONPATH=$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))') \
	    $(VENV)/mutants/bin/python scripts/mutants.py $(FILES)

# The pages as a site, in dist/docs. A link that leads nowhere is an error.
docs: $(VENV)/docs.stamp
	rm -rf $(VENV)/docs-pages && mkdir $(VENV)/docs-pages && cp -R *.md *.yaml docs config $(VENV)/docs-pages
	$(VENV)/docs/bin/mkdocs build --quiet --strict --clean

# What others install, in dist: the wheel, a Debian package with everything in /opt/bridge, and an image (as root).
wheel: $(VENV)/run.stamp
	rm -f dist/incident_bridge-*.whl
	$(BIN)/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

deb: wheel
	sh scripts/build-deb.sh

container:
	sh scripts/install-package-parts.sh
	sh scripts/build-image.sh

# Each of the three installed where nothing of this checkout is, and begun with. Some ten minutes: not part of `make test`.
packages: $(VENV)/test.stamp deb container
	$(BIN)/pytest -rA --durations=5 tests/packages

# A lock names everything: --no-deps, or pip weighs a newer release of `package[extra]` against it and gives up.
$(VENV)/run.stamp: requirements.lock requirements-build.lock pyproject.toml | $(VENV)/made.stamp
	$(BIN)/pip install --quiet --require-hashes --no-deps -r requirements.lock
	$(BIN)/pip install --quiet --require-hashes --no-deps -r requirements-build.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/test.stamp: requirements-test.lock $(VENV)/run.stamp
	$(BIN)/pip install --quiet --require-hashes --no-deps -r requirements-test.lock
	touch $@

$(VENV)/audit.stamp: requirements-audit.lock | $(VENV)/made.stamp
	$(BIN)/python -m venv $(VENV)/audit
	$(VENV)/audit/bin/pip install --quiet --require-hashes --no-deps -r requirements-audit.lock
	touch $@

$(VENV)/mutants.stamp: requirements-mutants.lock | $(VENV)/made.stamp
	$(BIN)/python -m venv $(VENV)/mutants
	$(VENV)/mutants/bin/pip install --quiet --require-hashes --no-deps -r requirements-mutants.lock
	touch $@

$(VENV)/docs.stamp: requirements-docs.lock | $(VENV)/made.stamp
	$(BIN)/python -m venv $(VENV)/docs
	$(VENV)/docs/bin/pip install --quiet --require-hashes --no-deps -r requirements-docs.lock
	touch $@

$(VENV)/made.stamp:
	sh scripts/make-venv.sh $(VENV)
	touch $@

# Pins everything anew, for every platform and Python this project runs on. The build tools are pinned too, in a
# file of their own: installing the project itself fetches nothing unpinned, and a running bridge has none of them.
lock: | $(VENV)/made.stamp
	$(BIN)/python -m venv $(VENV)/lock
	$(VENV)/lock/bin/pip install --quiet uv
	$(COMPILE) --upgrade pyproject.toml -o requirements.lock
	printf 'hatchling\neditables\n' | $(COMPILE) --upgrade - -c requirements.lock -o requirements-build.lock
	$(COMPILE) --upgrade pyproject.toml --extra test -c requirements.lock -c requirements-build.lock \
	    -o requirements-test.lock
	printf 'pip-audit\n' | $(COMPILE) --upgrade - -o requirements-audit.lock
	printf 'mkdocs-material\n' | $(COMPILE) --upgrade - -o requirements-docs.lock
	printf 'mutmut\n' | $(COMPILE) --upgrade - -c requirements-test.lock -o requirements-mutants.lock

clean:
	rm -rf $(VENV) mutants dist demo-data .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
