# Everything a stranger needs: `make demo` shows the main job, `make test` proves it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What the live tests and benchmarks run beside gotrdns, as Debian names it.
LIVE_PACKAGES := postfix unbound nsd bind9 bind9-utils iproute2 util-linux postgresql m4 systemd \
	chromium fonts-dejavu-core fonts-liberation
# Mail servers that Debian does not install beside Postfix, and what would rotate the host's logs.
UNPACKED_PACKAGES := exim4-daemon-light opensmtpd sendmail-bin sendmail-cf logrotate
# What the packaging tests ask about man pages and completion.
PACKAGING_PACKAGES := groff-base mandoc man-db bash-completion zsh fish
BENCH_PACKAGES := postfix nsd unbound dnsperf bind9-dnsutils bind9-utils postfwd postfix-policyd-spf-python \
	spamassassin pflogsumm gcc libc6-dev iproute2 util-linux

# The live tests mostly wait: for servers that are silent, and for deadlines. So two run side by side,
# each on a private Internet of its own.
NETWORKS ?= 2

.PHONY: demo install test check unit fuzz packaging live docs generated bench bench-install clean

demo: $(VENV)/installed
	$(BIN)/gotrdns demo

install: $(VENV)/installed

$(VENV)/installed: pyproject.toml src/gotrdns/__init__.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/installed-test: $(VENV)/installed Makefile
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test,docs,bench]'
	touch $@

# Fast things first: a mistake should not wait for the daemons to start.
test: check unit fuzz docs packaging live
	@echo "All tests passed."

check: $(VENV)/installed-test
	$(BIN)/ruff check src tests benchmarks docs tests/live/enter
	$(BIN)/ruff format --check src tests benchmarks docs tests/live/enter
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(VENV)/installed-test
	$(BIN)/python -m pytest tests/unit -n 2 --dist loadfile

fuzz: $(VENV)/installed-test
	$(BIN)/python -m pytest tests/fuzz -n 2

docs: $(VENV)/installed-test
	$(BIN)/zensical build --clean --strict

packaging: $(VENV)/installed-test
	./tests/install-packages $(PACKAGING_PACKAGES)
	$(BIN)/python -m pytest tests/packaging

live: $(VENV)/installed-test
	./tests/install-packages $(LIVE_PACKAGES)
	./tests/unpack-packages build/debian $(UNPACKED_PACKAGES)
	$(BIN)/python -m pytest tests/live --dist loadfile --tx '$(NETWORKS)*popen//python=tests/live/enter $(BIN)/python'

# What is written from the code and kept in the repository; tests tell when it is not current.
generated: $(VENV)/installed-test
	$(BIN)/python docs/generate_settings.py > docs/settings.md
	$(BIN)/python docs/generate_policy.py > docs/policy.md
	$(BIN)/python docs/generate_metrics.py > docs/metrics.md
	$(BIN)/python docs/generate_doctor.py > docs/doctor.md
	$(BIN)/python -m docs.man_pages

bench-install: $(VENV)/installed-test
	./tests/install-packages $(BENCH_PACKAGES)

bench: bench-install
	$(BIN)/python -m benchmarks.resolver --memory
	$(BIN)/python -m benchmarks.policy
	$(BIN)/python -m benchmarks.milter
	$(BIN)/python -m benchmarks.startup
	$(BIN)/python -m benchmarks.classification
	$(BIN)/python -m benchmarks.memory
	$(BIN)/python -m benchmarks.mail_log
	$(BIN)/python -m benchmarks.mail_log_clients
	tests/live/enter $(BIN)/python -m benchmarks.explain
	tests/live/enter $(BIN)/python -m benchmarks.log_today
	tests/live/enter $(BIN)/python -m benchmarks.restarts
	tests/live/enter $(BIN)/python -m benchmarks.postfix
	tests/live/enter $(BIN)/python -m benchmarks.page
	tests/live/enter $(BIN)/python -m benchmarks.soak

clean:
	rm -rf $(VENV) site dist build
