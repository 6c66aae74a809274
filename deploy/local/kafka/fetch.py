"""Kafka's jars: fetched once by Maven into a cache every checkout shares, and only when Java can run them."""

import hashlib
import os
import queue
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from filelock import FileLock

from deploy.local.refusals import Interrupted, KafkaUnavailable
from deploy.local.waiting import NEVER

JAVA_NEEDED = 17
POM = Path(__file__).with_name("pom.xml")

# A machine without a way out must know in seconds; a slow line may take its time between two files.
FIRST_SIGN_WITHIN = 12.0
_NEXT_SIGN_WITHIN = 60.0
_MAVEN_PATIENCE = (
    "-Daether.connector.connectTimeout=4000",
    "-Daether.connector.requestTimeout=30000",
    "-Dmaven.wagon.rto=30000",
    "-Dmaven.wagon.http.retryHandler.count=1",
)

# In full: asked by its short name, Maven answers a dead line with "no plugin found".
_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1"

Say = Callable[[str], None]


def find_java(environment: Mapping[str, str]) -> str:
    """The java to run the broker with; refuses when there is none or it is too old."""
    home = environment.get("JAVA_HOME")
    at_home = Path(home) / "bin" / "java" if home else None
    java = str(at_home) if at_home and at_home.exists() else shutil.which("java")
    if java is None:
        raise KafkaUnavailable(f"no Java on this machine (Kafka needs {JAVA_NEEDED})")
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False, timeout=20)
    version = re.search(r'version "(\d+)', told.stderr + told.stdout)
    if version is None or int(version.group(1)) < JAVA_NEEDED:
        found = version.group(1) if version else "of unknown age"
        raise KafkaUnavailable(f"Java {found} is too old (Kafka needs {JAVA_NEEDED})")
    return java


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Where fetched things stay: JIESU_CACHE, else ~/.cache/jiesu."""
    chosen = environment.get("JIESU_CACHE")
    return Path(chosen).expanduser().resolve() if chosen else Path("~/.cache/jiesu").expanduser()


def kafka_jars(
    environment: Mapping[str, str] = os.environ,
    *,
    fallback: Path | None = None,
    first_sign_within: float = FIRST_SIGN_WITHIN,
    say: Say = lambda _: None,
    stop: threading.Event = NEVER,
) -> Path:
    """The folder with the broker's jars, fetching them when this machine has never had them.

    `fallback` serves when the shared cache cannot be written (a read-only home). Raises KafkaUnavailable
    when no file has arrived `first_sign_within` seconds after Maven began to speak.
    """
    cache = cache_folder(environment)
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError:
        if fallback is None:
            raise
        cache = fallback
        cache.mkdir(parents=True, exist_ok=True)
    # Named by what was asked for: a new version is a new folder, and half a folder never has the name.
    shelf = cache / f"kafka-{hashlib.sha256(POM.read_bytes()).hexdigest()[:12]}"
    if shelf.is_dir():
        return shelf
    with FileLock(cache / f"{shelf.name}.lock"):
        if not shelf.is_dir():
            _fetch(shelf, environment, first_sign_within, say, stop)
    return shelf


def _fetch(
    shelf: Path, environment: Mapping[str, str], first_sign_within: float, say: Say, stop: threading.Event
) -> None:
    maven = shutil.which("mvn", path=environment.get("PATH"))
    if maven is None:
        raise KafkaUnavailable("Kafka is not in the cache and there is no Maven (mvn) to fetch it with")
    draft = shelf.with_name(f".{shelf.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    say("fetching Apache Kafka (about 45 MB, once)")
    began = time.monotonic()
    command = [maven, "-B", "-C", "-f", str(POM), *_MAVEN_PATIENCE]
    command += [f"{_PLUGIN}:copy-dependencies", f"-DoutputDirectory={draft}", "-DincludeScope=runtime"]
    if not os.access(Path("~").expanduser(), os.W_OK):
        # A user without a home of its own: Maven would keep its downloads there.
        command.append(f"-Dmaven.repo.local={shelf.parent / 'maven'}")
    try:
        _run_maven(command, environment, first_sign_within, stop)
        draft.rename(shelf)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    say(f"Apache Kafka fetched: {len(list(shelf.glob('*.jar')))} jars in {time.monotonic() - began:.1f} s")


def _run_maven(
    command: list[str], environment: Mapping[str, str], first_sign_within: float, stop: threading.Event
) -> None:
    # The lines come through a thread so that silence can be noticed.
    process = subprocess.Popen(
        command,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    lines: queue.Queue[str | None] = queue.Queue()
    reader = threading.Thread(target=_read, args=(process, lines), daemon=True)
    reader.start()
    try:
        _follow(lines, first_sign_within, stop)
        if process.wait(timeout=10) != 0:
            raise KafkaUnavailable("Maven could not fetch Kafka")
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        reader.join(timeout=2)
        if process.stdout is not None:
            process.stdout.close()


def _read(process: "subprocess.Popen[str]", lines: "queue.Queue[str | None]") -> None:
    for line in process.stdout or ():
        lines.put(line)
    lines.put(None)


def _follow(lines: "queue.Queue[str | None]", patience: float, stop: threading.Event) -> None:
    heard, spoken = time.monotonic(), False
    while True:
        if stop.is_set():
            raise Interrupted
        try:
            line = lines.get(timeout=0.2)
        except queue.Empty:
            if time.monotonic() - heard > patience:
                raise KafkaUnavailable(f"Maven fetched nothing of Kafka for {patience:.0f} s") from None
            continue
        if line is None:
            return
        if not spoken:
            # How long a busy machine needs to start Maven says nothing of the line.
            heard, spoken = time.monotonic(), True
        if "ERROR" in line and "[Help" in line:
            raise KafkaUnavailable(f"Maven could not fetch Kafka: {_plainly(line)}")
        # Only an arrived file proves a way out; "Downloading" is said before anybody answers.
        if "Downloaded from" in line or "Copying" in line:
            patience = _NEXT_SIGN_WITHIN
            heard = time.monotonic()


def _plainly(line: str) -> str:
    # Maven nests its reasons with colons; the last ones name the host and what happened.
    words = re.sub(r"\x1b\[[0-9;]*m|\[ERROR\]|-> \[Help \d+\]", "", line).strip()
    return words[-300:]
