"""Importing any module does nothing: no connection, no file written, no environment read."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PROBE = """
import builtins, importlib, os, pkgutil, socket, subprocess, sys, threading

import deploy, services, shared

class Watched(dict):
    pass

OURS = ("shared", "services", "deploy")

def ours():
    frame = sys._getframe(2)
    while frame:
        if frame.f_code.co_name == "<module>" and frame.f_globals.get("__name__", "").split(".")[0] in OURS:
            return frame.f_globals["__name__"]
        if frame.f_globals.get("__name__", "").split(".")[0] not in (*OURS, "os", "_collections_abc"):
            return None
        frame = frame.f_back

def hook(event, arguments):
    if event in {"socket.connect", "socket.bind", "subprocess.Popen", "os.mkdir", "os.remove", "os.rename"}:
        raise SystemExit(f"{event} {arguments} while importing")
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        raise SystemExit(f"{arguments[0]} opened for writing while importing")

real = os.environ.__class__.__getitem__
def reading(self, key):
    if (who := ours()) is not None:
        raise SystemExit(f"{who} read the environment variable {key} while importing")
    return real(self, key)
os.environ.__class__.__getitem__ = reading

sys.dont_write_bytecode = True
sys.addaudithook(hook)
before = threading.active_count()
for package in (shared, services, deploy):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        # Alembic runs its environment and its versions; nobody imports them.
        if "alembic.env" in module.name or ".migrations." in module.name:
            continue
        importlib.import_module(module.name)
assert threading.active_count() == before, "a thread was started while importing"
print("imported", sum(name.split(".")[0] in OURS for name in sys.modules))
"""


def test_importing_every_module_does_nothing() -> None:
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROBE], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert int(ran.stdout.split()[-1]) > 50
