#!/usr/bin/python3
"""Asks the installed fail2ban what its filters make of lines: the other side of `bekci fail2ban parity`.

Reads JSON lines {"filter", "options", "lines"} on standard input and answers one JSON line for each:
{"answers": [{"match", "host", "user", "time", "gave_up"}], "seconds"} or {"error"}. Lines are given to the filter in one
process as a live jail would get them: the first failregex that matches counts, host names are not resolved.
"""
import contextlib
import io
import json
import signal
import sys
import time

from fail2ban.client.filterreader import FilterReader
from fail2ban.helpers import getLogger
from fail2ban.server.filter import Filter

getLogger("fail2ban").setLevel(50)


def load(config, name, options):
    """A filter as fail2ban-regex builds it."""
    reader = FilterReader(name, "parity", dict(options), share_config={}, basedir=config)
    if not reader.read():
        raise ValueError("no such filter")
    reader.applyAutoOptions("")
    reader.getOptions({})
    made = Filter(None)
    made.returnRawHost = True
    made.checkFindTime = False
    made.ignorePending = True
    for command in reader.convert():
        values = command[3] if command[0] == "multi-set" else [command[3]]
        for value in values:
            kind = command[2]
            if kind == "usedns":
                made.setUseDns(value)
            elif kind == "prefregex":
                made.prefRegex = value
            elif kind == "addfailregex":
                made.addFailRegex(value)
            elif kind == "addignoreregex":
                made.addIgnoreRegex(value)
            elif kind == "maxlines":
                made.setMaxLines(int(value))
            elif kind == "datepattern":
                made.setDatePattern(value)
    journal = reader.getCombined().get("logtype") == "journal"
    return made, journal


def answer(made, journal, line):
    """What one line is to a filter."""
    if journal:
        now = time.time()
        found = made.processLine(("", time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(now)), line), now)
    else:
        found = made.processLine(line)
    for _, host, at, values in found:
        if host is None or values.get("nofail"):
            continue
        return {"match": True, "host": str(host), "user": values.get("user"), "time": at}
    return {"match": False}


class TooLong(Exception):
    """A pattern that backtracks without end on this line."""


def give_up(_signal, _frame):
    raise TooLong()


def timed(made, journal, line):
    """As answer, but a line that takes more than two seconds is given up."""
    signal.setitimer(signal.ITIMER_REAL, 2)
    try:
        return answer(made, journal, line)
    except TooLong:
        return {"match": False, "gave_up": True}
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def main():
    signal.signal(signal.SIGALRM, give_up)
    config = sys.argv[1] if len(sys.argv) > 1 else "/etc/fail2ban"
    for text in sys.stdin:
        task = json.loads(text)
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                made, journal = load(config, task["filter"], task.get("options", {}))
                started = time.process_time()
                answers = [timed(made, journal, line) for line in task["lines"]]
                result = {"answers": answers, "seconds": time.process_time() - started}
        except Exception as error:  # whatever fail2ban does not take is an answer too
            result = {"error": "%s: %s" % (type(error).__name__, error)}
        print(json.dumps(result), flush=True)


main()
