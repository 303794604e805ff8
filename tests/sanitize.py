"""The core's tests on modules built with AddressSanitizer: `python tests/sanitize.py`. Needs gcc.

The instrumented modules are built in a folder of their own, which borrows everything else from this checkout.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from shutil import copytree, ignore_patterns

ROOT = Path(__file__).resolve().parents[1]
MODULES = ("_engine", "_structure", "_encoders")
TESTS = (
    "test_candles", "test_refusals", "test_malformed", "test_runs", "test_together", "test_interval_of_a_run",
    "test_odds", "test_risk", "test_structure", "test_encoders", "test_asmbtr", "test_properties",
)  # fmt: skip
FLAGS = ("-O1", "-g", "-fno-omit-frame-pointer", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined")


def build(folder: Path) -> None:
    for entry in ROOT.iterdir():
        if entry.name not in ("execution_core", "build") and not entry.name.startswith("."):
            (folder / entry.name).symlink_to(entry)
    built = [pattern for module in MODULES for pattern in (f"{module}*.so", f"{module}.c")]
    copytree(ROOT / "execution_core", folder / "execution_core", ignore=ignore_patterns(*built))
    include = sysconfig.get_paths()["include"]
    for module in MODULES:
        source = folder / "execution_core" / f"{module}.pyx"
        subprocess.run([sys.executable, "-m", "cython", "-3", str(source)], cwd=folder, check=True)
        output = source.with_name(module + str(sysconfig.get_config_var("EXT_SUFFIX")))
        subprocess.run(
            ["gcc", "-shared", "-fPIC", *FLAGS, "-ffp-contract=off", f"-I{include}", str(source.with_suffix(".c")),
             "-o", str(output)],
            check=True,
        )  # fmt: skip


def main() -> int:
    libraries = [
        subprocess.run(["gcc", f"-print-file-name={name}"], capture_output=True, text=True, check=True).stdout.strip()
        for name in ("libasan.so", "libubsan.so")
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build(folder)
        # Leaks are the interpreter's: it keeps what it has interned. Its own allocator would hide ours.
        env = {
            **os.environ, "LD_PRELOAD": ":".join(libraries), "PYTHONMALLOC": "malloc", "PYTHONPATH": str(folder),
            "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1", "UBSAN_OPTIONS": "print_stacktrace=1",
            "FKS_TEST_EXAMPLES": os.environ.get("FKS_TEST_EXAMPLES", "30"),
        }  # fmt: skip
        for module in MODULES:
            asked = [sys.executable, "-c", f"import execution_core.{module} as e; print(e.__file__)"]
            used = subprocess.run(asked, env=env, cwd=folder, capture_output=True, text=True, check=True).stdout
            if not used.startswith(str(folder)):
                raise SystemExit(f"expected {module} in {folder}, was {used.strip()}")
        tests = [f"tests/execution_core/{test}.py" for test in TESTS]
        command = [sys.executable, "-m", "pytest", "-n0", "-q", "-p", "no:cacheprovider", *tests, *sys.argv[1:]]
        return subprocess.run(command, env=env, cwd=folder, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
