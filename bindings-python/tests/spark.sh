#!/usr/bin/env bash
# The tests on a local Spark, in an environment of their own: PySpark wants pandas below 3.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if ! command -v java >/dev/null 2>&1 && [ -z "${JAVA_HOME:-}" ]; then
    printf '\n=== SKIPPED: the tests on Spark: there is no Java here\n'
    exit 0
fi
if [ ! -e .venv-spark/installed ] || [ requirements-spark.txt -nt .venv-spark/installed ]; then
    python3 -m venv .venv-spark
    .venv-spark/bin/python -m pip install --quiet --requirement requirements-spark.txt
    touch .venv-spark/installed
fi
# What `make python` built, beside the sources.
PYTHONPATH="$PWD/python" .venv-spark/bin/python -m pytest -p no:cacheprovider -o addopts= -q tests/test_spark.py
