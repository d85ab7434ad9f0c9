# Tasks that are one command; what each change must pass is .ci/run.

.PHONY: test test-vllm

test:
	python -m pytest

# The contract of backends with a real vLLM, on the CPU: installs 3.4 GB into a folder of its own (5 to 10 minutes),
# converts the embedded model, starts servers on the loopback interface. VLLM_WORK=FOLDER keeps what was installed.
test-vllm:
	.ci/test-vllm
