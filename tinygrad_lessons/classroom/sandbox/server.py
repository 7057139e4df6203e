"""Runs inside the boundary: loads everything once, then forks one child per submission.

Started as `server.py '{...}'`; the control socket brings {"limits": ...} with two pipes, or "kill".
"""

import gc
import json
import os
import select
import shutil
import signal
import socket
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    setting = json.loads(sys.argv[1])
    sys.path[:] = [HERE, setting["lesson"], *sys.path, *setting["sites"]]
    import confine

    if setting["uid"]:
        confine.drop_root(setting["uid"])
    os.chdir(setting["lesson"])
    import child

    runner = child.prepare(setting["lesson"], setting["fork"])
    pipes = [os.dup(fd) for fd in (0, 1)] if setting["control"] is None else []
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    confine.prctl(confine.PR_SET_DUMPABLE, 0)
    gc.collect()
    gc.freeze()
    if setting["control"] is None:  # one submission, on standard streams
        os.write(pipes[1], b"ready\n")
        become(runner, setting, setting["limits"], *pipes)
    control = socket.socket(fileno=setting["control"])
    scratch = os.open(setting["scratch"], os.O_PATH)
    socket.send_fds(control, [b"ready"], [scratch])
    os.close(scratch)
    while True:
        message, pipes, _, _ = socket.recv_fds(control, 65536, 2)
        if not message:
            return
        if not pipes:  # "kill", too late
            continue
        pid = os.fork() if setting["fork"] else 0
        if not pid:
            control.close()
            become(runner, setting, json.loads(message)["limits"], *pipes)
        for fd in pipes:
            os.close(fd)
        ended = watch(control, pid)
        clear(setting["scratch"] + "/run")
        control.send(json.dumps(ended).encode())


def become(runner, setting, limits, incoming, outgoing):
    """Give everything up, and serve one submission."""
    try:
        confine_child(setting, limits)
        runner.serve(incoming, outgoing, limits)
    finally:
        os._exit(0)


def confine_child(setting, limits):
    import confine

    home = setting["scratch"] + "/run"
    os.mkdir(home, 0o700)
    os.environ.update(HOME=home, TMPDIR=home, MPLCONFIGDIR=home, IPYTHONDIR=home)
    confine.prctl(confine.PR_SET_PDEATHSIG, signal.SIGKILL)
    os.setsid() if setting["fork"] else None
    if setting["landlock"]:
        confine.landlock(home, setting["nodes"])
    confine.limits(limits, setting["cuda"])
    if setting["filter"]:
        confine.seccomp(bytes.fromhex(setting["filter"]))


def watch(control, pid):
    """Wait for a child, or kill it when told to; how it ended."""
    process = os.pidfd_open(pid)
    while process not in select.select([control, process], [], [])[0]:
        if not control.recv(64):
            os._exit(0)
        os.kill(pid, signal.SIGKILL)
    os.close(process)
    _, status, used = os.wait4(pid, 0)
    return {"code": os.waitstatus_to_exitcode(status), "cpu": used.ru_utime + used.ru_stime}


def clear(folder):
    """Remove what a submission wrote; when that fails, this server has served."""
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        pass
    except (OSError, RecursionError):
        os._exit(1)


if __name__ == "__main__":
    main()
