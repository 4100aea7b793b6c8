#!/bin/sh
# Puts the right build of torch into a virtual environment. Usage: install_torch.sh PYTHON
#
#   TORCH        the range that Trinity is tested with
#   TORCH_CPU    the CPU build to look for when there is no NVIDIA GPU: exact, because pip accepts
#                a build label such as +cpu only after ==
#   TORCH_INDEX  the package index to take torch from; set it for ROCm, XPU or a mirror
set -eu

python=$1
: "${TORCH:=torch>=2.13,<2.15}" "${TORCH_CPU:=torch==2.13.0+cpu}" "${TORCH_INDEX:=}"
cpu_index=https://download.pytorch.org/whl/cpu

install() {
    "$python" -m pip install --disable-pip-version-check "$@"
}

# Whatever build is already there was somebody's choice.
if "$python" -c 'import importlib.util as u, sys; sys.exit(u.find_spec("torch") is None)'; then
    exit 0
fi
if [ -n "$TORCH_INDEX" ]; then
    install --index-url "$TORCH_INDEX" "$TORCH"
    exit 0
fi

# On Linux the default build of torch brings gigabytes of CUDA libraries. Without a GPU we look for
# the CPU build, on PyTorch's own index and wherever else pip is set up to look. --no-deps, so that
# an index that cannot be reached is asked once and not once for every dependency; those come with
# Trinity's own installation.
if [ "$(uname -s)" = Linux ] && ! nvidia-smi -L >/dev/null 2>&1; then
    echo "No NVIDIA GPU found: installing the CPU build of torch."
    if install --no-deps --retries 1 --timeout 15 --extra-index-url "$cpu_index" \
        "$TORCH_CPU" 2>/dev/null; then
        exit 0
    fi
    echo "The CPU build cannot be had here: installing the default one, which is several gigabytes."
fi
install "$TORCH"
