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
import threading

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    setting = json.loads(sys.argv[1])
    sys.path[:] = [HERE, setting["lesson"], *sys.path, *setting["sites"]]
    import confine

    if setting["uid"]:
        confine.drop_root(setting["uid"])
    os.chdir(setting["lesson"])
    home = setting["scratch"] + "/run"
    make(home)
    import child

    runner = child.prepare(setting["lesson"], setting["fork"])
    shutil.rmtree(home)
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
    traces = Traces(setting["scratch"]) if setting["fork"] else None
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
        ended["clean"] = clear(home) and traces.gone(pid)
        control.send(json.dumps(ended).encode())
        if not ended["clean"]:
            return


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
    make(home)
    confine.prctl(confine.PR_SET_PDEATHSIG, signal.SIGKILL)
    os.setsid() if setting["fork"] else None
    if setting["landlock"]:
        confine.landlock(home, setting["nodes"])
    confine.limits(limits, setting["cuda"])
    if setting["filter"]:
        confine.seccomp(bytes.fromhex(setting["filter"]))


def make(home):
    """The only folder that can be written to."""
    os.mkdir(home, 0o700)
    os.environ.update(HOME=home, TMPDIR=home, MPLCONFIGDIR=home, IPYTHONDIR=home)


def watch(control, pid):
    """Wait for a child, or kill it when told to; how it ended, and whether this killed it."""
    process, killed = os.pidfd_open(pid), False
    while process not in select.select([control, process], [], [])[0]:
        if not control.recv(64):
            os._exit(0)
        os.kill(pid, signal.SIGKILL)
        killed = True
    os.close(process)
    _, status, used = os.wait4(pid, 0)
    cpu = used.ru_utime + used.ru_stime
    return {"code": os.waitstatus_to_exitcode(status), "cpu": cpu, "killed": killed}


def clear(folder):
    """Whether all that a submission wrote could be removed."""
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        pass
    except (OSError, RecursionError):
        return False
    return True


class Traces:
    """What a submission can leave beside its files: the scratch folder's state, and counters.

    Numbers of processes and files go up by a whole block for each child, however many it used.
    """

    PIDS, FILES = 4, 32

    def __init__(self, folder):
        self.folder, self.probe = folder, folder + "/probe"
        while new_thread() % self.PIDS:
            pass
        self.state, self.file = self.look(), self.new_file()

    def look(self):
        """What the folder shows of itself, without its times: making a child's folder sets them."""
        s = os.stat(self.folder)
        try:
            marks = os.listxattr(self.folder)
        except OSError:  # this kernel has none here
            marks = []
        return s.st_mode, s.st_uid, s.st_gid, s.st_nlink, s.st_size, marks

    def new_file(self):
        """The number of a file that is made, and removed at once."""
        fd = os.open(self.probe, os.O_CREAT | os.O_EXCL, 0o600)
        try:
            return os.fstat(fd).st_ino
        finally:
            os.close(fd)
            os.unlink(self.probe)

    def gone(self, pid):
        """Use up the blocks of a child; whether it left them, and the folder as it was."""
        pids = use_up(new_thread, pid, pid + self.PIDS - 1)
        files = use_up(self.new_file, self.file, self.file + self.FILES)
        self.file += self.FILES
        return pids and files and self.look() == self.state


def use_up(new, first, last):
    """Whether `new` goes from the number `first` to `last`, and not past it."""
    found = first
    while first <= found < last:
        found = new()
    return found == last


def new_thread():
    """The number of a thread that has ended."""
    found = []
    thread = threading.Thread(target=lambda: found.append(threading.get_native_id()))
    thread.start()
    thread.join()
    return found[0]


if __name__ == "__main__":
    main()
