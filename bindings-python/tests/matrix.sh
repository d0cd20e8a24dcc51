#!/usr/bin/env bash
# The wheel in dist/ with older pandas and Polars, and with every Python from 3.11 that is here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

wheel=$(ls dist/*.whl | head -1)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# interpreter, then what pip is asked for.
try() {
    local name=$1 python=$2
    shift 2
    if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        printf '\n=== SKIPPED: %s: no %s of 3.11 or later here\n' "$name" "$python"
        return
    fi
    printf '\n=== %s: %s\n' "$name" "$("$python" --version)"
    "$python" -m venv "$work/$name"
    "$work/$name/bin/pip" install --quiet "$wheel" pytest pyarrow "$@"
    "$work/$name/bin/python" -c 'import beforehand, pandas, polars; print("pandas", pandas.__version__, "polars", polars.__version__)'
    # From another folder, so that the wheel is tested and not the sources beside.
    cp -r tests "$work/$name/tests"
    (cd "$work/$name/tests" && BEFOREHAND_VECTORS="$OLDPWD/../core/tests/vectors" ../bin/python -m pytest -q -p no:cacheprovider \
        test_inputs.py test_vectors.py test_model.py)
}

try current python3 pandas polars duckdb numpy
try older python3 'pandas<3' 'polars<2' numpy
for version in 3.12 3.13 3.14; do
    for place in "python$version" "$HOME"/.pyenv/versions/"$version".*/bin/python; do
        if "$place" --version >/dev/null 2>&1; then
            try "python$version" "$place" pandas polars numpy
            break
        fi
    done
done
printf '\n=== the matrix passed\n'
