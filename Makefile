# Short recipes; the logic is in walmart_app/bootstrap (standard library only).
PYTHON ?= $(firstword $(foreach name,python3 python3.13 python3.12 python3.11 python,$(if $(shell command -v $(name) 2>/dev/null),$(name))))
do = @$(or $(PYTHON),$(error No Python found: install Python 3.11, 3.12 or 3.13)) -m walmart_app.bootstrap

.PHONY: run test test-all lint lock bench reset

run:        ## bring the whole company up
	$(do) run
test:       ## run the tests (ARGS="-k name" for some)
	$(do) test -m "not campaign" $(ARGS)
test-all:   ## the same, with the long campaigns of kills and restarts
	$(do) test $(ARGS)
lint:       ## style, types, import rules, SQL
	$(do) lint
lock:       ## resolve requirements*.in again
	$(do) lock
bench:      ## run a benchmark: make bench NAME=...
	$(do) bench $(NAME)
reset:      ## forget the company and start anew
	$(do) reset
