"""Where the CPU of the workers goes under load: perf where the kernel lets us, else callgrind on one worker."""
import os
import re
import shutil
import signal
import subprocess

import load
import measures
from harness import BIN, ROOT, Process, answers

SECONDS, LINES = 4, 40


def loaded(stage, what, seconds):
    """A running wrk."""
    if what == "begin":
        words = load.command(stage.url(stage.begin_path()), seconds, 32)
    else:
        file, cookie = measures.collect(stage, "bench", seconds * 6000)
        words = load.command(stage.url("/o/bench/"), seconds, 32, "login.lua", file, cookie, 1000)
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def report(data, most, *options, only=""):
    words = ["perf", "report", "--stdio", "-g", "none", *options, "-i", str(data)]
    text = subprocess.run(words, capture_output=True, text=True, timeout=600).stdout
    lines = (line.rstrip(" -") for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return "\n".join([line for line in lines if re.search(only, line)][:most])


def with_perf(stage, what):
    data = stage.folder / "perf.data"
    with loaded(stage, what, SECONDS + 1) as running:
        pids = ",".join(map(str, stage.workers()))
        words = ["perf", "record", "-q", "-e", "cpu-clock", "-F", "400", "--call-graph", "dwarf,8192", "-p", pids,
                 "-o", data, "--", "sleep", str(SECONDS)]
        taken = subprocess.run(words, capture_output=True, text=True, timeout=60)
        load.read(running.communicate(timeout=60)[0])
    if taken.returncode != 0:
        return None
    libraries = report(data, 12, "--no-children", "--sort", "dso")
    if not libraries:
        return None   # it ran and sampled nothing
    rooms = "|".join(p.name for p in (ROOT / "src").iterdir() if p.is_dir())
    return "\n".join(["by library:", libraries, "", "by function, itself:",
                      report(data, LINES, "--no-children", "--sort", "dso,symbol"), "", "by function of ours, with all that it calls:",
                      report(data, LINES, "--children", "--sort", "symbol", only=rf"\b({rooms})::(?!.*\(inlined\))")])


def with_callgrind(stage, what):
    """Slow, and exact to the instruction. The worker is the only process: started on a socket as descriptor 0, as mod_fcgid would."""
    stage.instance.stop()
    out = stage.folder / "callgrind.%p"
    command = ["valgrind", "--tool=callgrind", "--trace-children=yes", f"--callgrind-out-file={out}", BIN, "serve",
               "--listen", stage.instance.socket, "--config", stage.instance.config, "--workers", "1"]
    process = Process(command, stage.folder / "callgrind.log")
    process.wait_until("a worker under callgrind", lambda: answers(stage.instance.socket), seconds=60)
    os.chmod(stage.instance.socket, 0o666)
    with loaded(stage, what, SECONDS) as running:
        load.read(running.communicate(timeout=SECONDS + 120)[0])
    process.stop(signal.SIGTERM, seconds=120)
    largest = max(stage.folder.glob("callgrind.[0-9]*"), key=lambda p: p.stat().st_size)
    text = subprocess.run(["callgrind_annotate", largest], capture_output=True, text=True, timeout=300).stdout
    return "\n".join(line for line in text.splitlines() if re.match(r"\s*[\d,]+ \(", line))


def run(stage, what):
    if shutil.which("perf") and (text := with_perf(stage, what)):
        return text
    if shutil.which("valgrind"):
        return with_callgrind(stage, what)
    raise SystemExit("bench: neither perf nor valgrind is installed")
