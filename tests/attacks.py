"""A bank of hostile and unlucky submissions. Each prints "crossed ..." if it comes through.

Every submission also solves `double`, honestly, and leaves `square` unsolved. In a cell's text
{here} is a folder of the host with `secret`, `gradebook.db` and others' submissions in it, {lesson}
the edition on the host, {reference} the reference package, {pid} the grader's process, {port} and
{socket} where the host listens.
"""

from dataclasses import dataclass, field


@dataclass
class Attack:
    name: str
    cell: str
    before: bool = False  # the cell comes before the honest solution
    loses: bool = False  # by its own doing, this submission loses `double` too
    status: str = ""  # of the attacking cell, where it is certain
    finding: str = ""  # what the findings must say
    square: str = ""  # the body of `square`, if it tries something
    limits: dict = field(default_factory=dict)


def _open(paths, mode="rb"):
    return f"""\
for path in {paths}:
    try:
        file = open(path, {mode!r})
    except OSError:
        continue
    print("crossed", path)"""


def _calls(*calls):
    """Raw system calls that must all fail: (name, number on x86-64, arguments)."""
    return f"""\
import ctypes, platform
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
for name, number, arguments in {calls!r} if platform.machine() == "x86_64" else ():
    arguments = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    if libc.syscall(number, *arguments) >= 0:
        print("crossed", name)"""


def _sends(lines):
    """Write raw lines to every pipe that is open."""
    return f"""\
import json, os, stat
for fd in range(3, 64):
    try:
        if stat.S_ISFIFO(os.fstat(fd).st_mode):
            os.write(fd, {lines})
    except OSError:
        pass"""


HANGS = {"cell_seconds": 0.4, "check_seconds": 0.4}

LOOP = """\
while True:
    try:
        while True:
            pass
    except BaseException:
        pass"""

FILES = [
    Attack("reads a secret", _open("['{here}/secret']")),
    Attack(
        "reads the gradebook", _open("['{here}/gradebook.db', '/proc/1/root{here}/gradebook.db']")
    ),
    Attack("reads another submission", _open("['{here}/submitted/s02/03_gram/03_gram.ipynb']")),
    Attack("reads the edition on the host", _open("['{lesson}/tinygrad_lessons/__init__.py']")),
    Attack("reads the reference", _open("['{reference}/__init__.py', '{reference}/exercise.py']")),
    Attack("reads the accounts", _open("['/etc/passwd', '/etc/shadow', '/etc/hosts']")),
    Attack(
        "reads the kernel",
        _open(
            "['/proc/self/maps', '/proc/1/environ', '/sys/kernel/notes', '/dev/mem', '/dev/kmsg']"
        ),
    ),
    Attack(
        "looks for the reference",
        """\
import os
for folder, _, files in os.walk("/"):
    if "tinygrad_lessons" in folder and not folder.startswith("/lesson/") and files:
        print("crossed", folder, files)""",
    ),
    Attack(
        "imports the reference",
        """\
import sys
for name in [n for n in sys.modules if n.startswith("tinygrad_lessons")]:
    del sys.modules[name]
sys.path.remove("/lesson")
try:
    import tinygrad_lessons
    print("crossed", tinygrad_lessons.__path__)
except ImportError:
    pass""",
        loses=True,
    ),
    Attack(
        "lists the folders above",
        """\
import os
for folder in ("/home", "/root", "{here}", "{reference}/..", "/proc", "/sys", "/etc"):
    try:
        print("crossed", os.listdir(folder))
    except OSError:
        pass""",
    ),
    Attack(
        "writes outside",
        _open(
            "['/x', '/usr/x', '/etc/x', '/sandbox/x', '/tmp/x', '{here}/x', '/usr/lib/x']",
            "w",
        ),
    ),
    Attack(
        "writes beside the notebook",
        _open("['numpy.py', '/lesson/leak.txt', '03_gram.ipynb']", "w"),
    ),
    Attack(
        "writes the edition",
        _open(
            "['/lesson/tinygrad_lessons/__init__.py', '/lesson/tinygrad_lessons/lab/observe.py']",
            "a",
        ),
    ),
    Attack(
        "writes the sandbox's own code", _open("['/sandbox/child.py', '/sandbox/server.py']", "a")
    ),
    Attack(
        "writes NumPy",
        "import numpy\n" + _open("[numpy.__file__, numpy.__path__[0] + '/x.py']", "a"),
    ),
    Attack(
        "changes modes and times",
        """\
import os
def state(path):
    s = os.stat(path)
    return s.st_mode, s.st_uid, s.st_gid, s.st_atime_ns, s.st_mtime_ns, s.st_ctime_ns
paths = "/", "/lesson", "/lesson/tinygrad_lessons/__init__.py", "/sandbox", "/tmp", "/dev/null"
for path in paths:
    before = state(path)
    for change in (lambda: os.chmod(path, 0o777), lambda: os.chmod(path, 0o4000),
                   lambda: os.utime(path), lambda: os.utime(path, (1, 1)),
                   lambda: os.chown(path, -1, os.getgid()), lambda: os.chown(path, 0, 0)):
        try:
            change()
        except OSError:
            pass
        if state(path) != before:
            print("crossed", path)
for change in (lambda: os.rename("/lesson", os.environ["HOME"] + "/lesson"),
               lambda: os.remove("/lesson/tinygrad_lessons/__init__.py"),
               lambda: os.rmdir(os.environ["HOME"]),
               lambda: os.rename(os.environ["HOME"], "/tmp/other")):
    try:
        change()
        print("crossed")
    except OSError:
        pass""",
    ),
    Attack(
        "marks files by attributes",
        """\
import ctypes, os, platform
for path in ("/", "/lesson", "/sandbox/child.py", "/tmp", os.environ["HOME"], "/dev/null"):
    for name in ("user.x", "trusted.x", "security.x", "system.posix_acl_access"):
        try:
            os.setxattr(path, name, b"x")
            print("crossed", path)
        except OSError:
            pass
if platform.machine() == "x86_64":
    value = (ctypes.c_uint64 * 2)(ctypes.addressof(ctypes.create_string_buffer(b"x")), 1)
    if ctypes.CDLL(None).syscall(463, -100, b"/tmp", 0, b"user.x", value, 16) == 0:  # setxattrat
        print("crossed")""",
    ),
    Attack(
        "notes the time in a folder that it reads",
        """\
import os
for look in (lambda: os.listdir("/tmp"), lambda: os.open("/tmp", os.O_RDONLY)):
    try:
        look()
        print("crossed")
    except OSError:
        pass""",
    ),
    Attack(
        "locks what all share",
        """\
import fcntl, os, struct, sys
whole = struct.pack("hhqqi4x", fcntl.F_RDLCK, 0, 0, 0, 0)
other = struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0)
for path in ("/lesson/tinygrad_lessons/__init__.py", "/sandbox/child.py", os.__file__,
             "/dev/null", "/dev/zero"):
    one, two = os.open(path, os.O_RDONLY), os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(one, fcntl.LOCK_EX)
        fcntl.flock(two, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("crossed", path, "flock")
    try:
        fcntl.fcntl(one, 37, whole)  # F_OFD_SETLK
        found = fcntl.fcntl(two, 36, other)  # F_OFD_GETLK
        if struct.unpack("hhqqi4x", found)[0] != fcntl.F_UNLCK:
            print("crossed", path, "fcntl")
    except OSError:
        pass
    for command, value in ((1024, fcntl.F_RDLCK), (1026, 1), (1036, struct.pack("Q", 2))):
        try:  # F_SETLEASE, F_NOTIFY, F_SET_RW_HINT
            fcntl.fcntl(one, command, value)
            print("crossed", path, command)
        except OSError:
            pass""",
    ),
    Attack(
        "watches what others read",
        _calls(
            ("inotify_init", 253, ()),
            ("inotify_init1", 294, (0,)),
            ("fanotify_init", 300, (0, 0)),
            ("mincore", 27, (0, 0, 0)),
            ("cachestat", 451, (0, 0, 0, 0)),
        ),
    ),
    Attack(
        "follows a link of its own",
        """\
import os
os.symlink("{here}/secret", os.environ["HOME"] + "/a")
os.symlink("/proc/1/root", os.environ["HOME"] + "/b")
"""
        + _open("[os.environ['HOME'] + '/a', os.environ['HOME'] + '/b{here}/secret']"),
    ),
    Attack(
        "links the lesson into its folder",
        """\
import os
try:
    os.link("/lesson/tinygrad_lessons/__init__.py", os.environ["HOME"] + "/c")
    print("crossed")
except OSError:
    pass""",
    ),
    Attack(
        "makes device nodes",
        """\
import os, stat
for major, minor in ((1, 1), (8, 0), (254, 0)):
    try:
        os.mknod(os.environ["HOME"] + "/d", stat.S_IFBLK | 0o666, os.makedev(major, minor))
        print("crossed")
    except OSError:
        pass""",
    ),
    Attack(
        "looks for open files",
        """\
import os, stat
for fd in range(256):
    try:
        found = os.fstat(fd)
    except OSError:
        continue
    kind = stat.S_IFMT(found.st_mode)
    if kind not in (stat.S_IFIFO, stat.S_IFCHR) and not os.path.exists("/dev/null"):
        print("crossed", fd, found)
    if kind in (stat.S_IFREG, stat.S_IFDIR, stat.S_IFBLK):
        print("crossed", fd, found)""",
    ),
]

NETWORK = [
    Attack(
        "connects to the host",
        """\
import socket
for address in (("127.0.0.1", {port}), ("8.8.8.8", 53)):
    try:
        socket.create_connection(address, 0.2)
        print("crossed", address)
    except OSError:
        pass""",
    ),
    Attack(
        "opens other kinds of sockets",
        """\
import socket
for family in (2, 10, 16, 17, 29, 31, 38, 40, 44):  # IPv4, IPv6, netlink, packet, ...
    for kind in (1, 2, 3, 5):
        try:
            socket.socket(family, kind)
            print("crossed", family, kind)
        except OSError:
            pass""",
    ),
    Attack(
        "connects to a socket of the host",
        """\
import socket
for address in ("\\0{socket}", "/run/dbus/system_bus_socket", "{here}/listening"):
    for kind in (1, 2, 5):
        try:
            socket.socket(socket.AF_UNIX, kind).connect(address)
            print("crossed", address)
        except OSError:
            pass""",
    ),
    Attack(
        "asks for a name",
        """\
import socket
try:
    print("crossed", socket.gethostbyname("example.com"))
except OSError:
    pass""",
    ),
]

PROCESSES = [
    Attack(
        "forks",
        """\
import os
try:
    if os.fork() == 0:
        os._exit(0)
    print("crossed")
except OSError:
    pass""",
    ),
    Attack(
        "starts programs",
        """\
import os, subprocess, sys, multiprocessing
for start in (lambda: subprocess.run([sys.executable, "-c", ""]), lambda: os.forkpty(),
              lambda: os.posix_spawn(sys.executable, ["python"], {{}}),
              lambda: multiprocessing.Process(target=print).start()):
    try:
        start()
        print("crossed")
    except (OSError, ImportError):
        pass
if os.system("true") == 0:
    print("crossed")""",
    ),
    Attack(
        "becomes a program",
        "import os, sys\nos.execv(sys.executable, ['python', '-c', 'pass'])",
        status="error",
    ),
    Attack("uses the shell of IPython", "!echo cros''sed"),
    Attack(
        "clones by raw system calls",
        _calls(
            ("fork", 57, ()),
            ("vfork", 58, ()),
            ("clone", 56, (17, 0, 0, 0, 0)),
            ("clone3", 435, (0, 0)),
            ("clone, new user", 56, (0x10000011, 0, 0, 0, 0)),
            ("x32 fork", 57 | 1 << 30, ()),
        ),
    ),
    Attack(
        "signals everyone else",
        """\
import os, signal
for pid in (os.getppid(), 1, {pid}, 2, 3, 4):
    for number in (0, signal.SIGKILL, signal.SIGSTOP):
        try:
            if pid != os.getpid():
                os.kill(pid, number)
                print("crossed", pid)
        except OSError:
            pass
try:
    os.kill(-1, signal.SIGKILL)  # everyone, which is nobody
except OSError:
    pass""",
    ),
    Attack(
        "kills its process group",
        "import os\nos.kill(0, 9)",
        status="died",
        finding="crashed the process",
    ),
    Attack(
        "changes others' limits",
        """\
import os, resource
for pid in (os.getppid(), 1, {pid}):
    for change in (lambda: resource.prlimit(pid, resource.RLIMIT_CPU, (1, 1)),
                   lambda: os.sched_setaffinity(pid, {{0}}),
                   lambda: os.setpriority(os.PRIO_PROCESS, pid, 19),
                   lambda: os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))):
        try:
            change()
            print("crossed", pid)
        except OSError:
            pass""",
    ),
    Attack(
        "raises its own limits",
        """\
import resource
for name in ("AS", "CPU", "NOFILE", "NPROC", "FSIZE"):
    try:
        resource.setrlimit(getattr(resource, "RLIMIT_" + name), (1 << 40, 1 << 40))
        print("crossed", name)
    except (OSError, ValueError):
        pass""",
    ),
    Attack(
        "traces and reads other processes",
        _calls(
            ("ptrace", 101, (16, 1, 0, 0)),
            ("ptrace", 101, (0x4206, 2, 0, 0)),
            ("kcmp", 312, (1, 2, 0, 0, 0)),
            ("process_vm_readv", 310, (1, 0, 0, 0, 0, 0)),
            ("pidfd_open", 434, (1, 0)),
            ("pidfd_getfd", 438, (3, 0, 0)),
        ),
    ),
    Attack(
        "calls the kernel as a 32-bit program would",
        """\
import ctypes, mmap, os, platform
if platform.machine() != "x86_64": os._exit(0)
page = mmap.mmap(-1, 4096, prot=7)
page.write(bytes([0xB8, 2, 0, 0, 0, 0xCD, 0x80, 0xC3]))  # eax = 2, fork; int 0x80; ret
fork = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
print("crossed" if fork() >= 0 else "")""",
        status="died",
    ),
    Attack(
        "makes namespaces and mounts",
        _calls(
            ("unshare", 272, (0x10000000,)),
            ("unshare", 272, (0x20000,)),
            ("setns", 308, (3, 0)),
            ("chroot", 161, (b"/tmp",)),
            ("mount", 165, (b"none", b"/tmp", b"tmpfs", 0, 0)),
            ("umount2", 166, (b"/tmp", 2)),
            ("pivot_root", 155, (b"/tmp", b"/tmp")),
            ("open_tree", 428, (-100, b"/", 1)),
            ("fsopen", 430, (b"tmpfs", 0)),
        ),
    ),
    Attack(
        "asks the kernel for more",
        _calls(
            ("keyctl", 250, (0, -3, 1)),
            ("add_key", 248, (b"user", b"a", b"b", 1, -3)),
            ("bpf", 321, (0, 0, 0)),
            ("io_uring_setup", 425, (1, 0)),
            ("perf_event_open", 298, (0, 0, -1, -1, 0)),
            ("userfaultfd", 323, (1,)),
            ("open_by_handle_at", 304, (0, 0, 0)),
            ("syslog", 103, (10, 0, 0)),
            ("reboot", 169, (0, 0, 0, 0)),
            ("swapoff", 168, (b"/x",)),
            ("settimeofday", 164, (0, 0)),
            ("init_module", 175, (0, 0, b"")),
            ("memfd_create", 319, (b"m", 0)),
            ("landlock", 444, (0, 0, 1)),
            ("quotactl", 179, (0, 0, 0, 0)),
        ),
    ),
    Attack(
        "becomes root",
        """\
import ctypes, os
for change in (os.setuid, os.seteuid, os.setgid):
    try:
        change(0)
        print("crossed")
    except OSError:
        pass
if 0 in (os.getuid(), os.geteuid(), os.getgid()):
    print("crossed")""",
    ),
    Attack(
        "types into a terminal",
        """\
import fcntl, os
for path in ("/dev/tty", "/dev/console", "/dev/pts/0", "/dev/ptmx", "/dev/null"):
    try:
        fcntl.ioctl(os.open(path, os.O_RDWR), 0x5412, b"x")
        print("crossed", path)
    except OSError:
        pass""",
    ),
    Attack(
        "starts threads without end",
        """\
import threading, time
count = 0
try:
    while count < 1000:
        threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
        count += 1
    print("crossed", count)
except RuntimeError:
    pass""",
    ),
    Attack(
        "starts small threads without end",
        """\
import threading, time
threading.stack_size(32768)
count = 0
try:
    while count < 1000:
        threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
        count += 1
    print("crossed", count)
except RuntimeError:
    pass""",
    ),
    Attack(
        "leaves a thread running",
        """\
import threading, time
threading.Thread(target=lambda: [time.sleep(0.001) for _ in range(10**6)], daemon=True).start()""",
        status="ok",
    ),
]

ENDS = [
    Attack("os._exit", "import os\nos._exit(0)", status="died", finding="ended the process"),
    Attack(
        "os._exit, with a success",
        "import os\nos._exit(0)",
        before=True,
        status="died",
        finding="ended the process",
    ),
    Attack(
        "kills itself",
        "import os\nos.kill(os.getpid(), 15)",
        status="died",
        finding="crashed the process",
    ),
    Attack(
        "segmentation fault",
        "import ctypes\nctypes.string_at(0)",
        status="died",
        finding="crashed the process",
    ),
    Attack("aborts", "import os\nos.abort()", status="died", finding="crashed the process"),
    Attack(
        "endless recursion",
        """\
import sys
sys.setrecursionlimit(10**8)
def f(): return f()
f()""",
        limits=HANGS,
    ),
    Attack(
        "endless recursion in C",
        """\
import sys
sys.setrecursionlimit(10**8)
class A:
    def __repr__(self): return repr(self)
A()""",
        limits=HANGS,
    ),
    Attack("sys.exit", "import sys\nsys.exit()", status="error"),
    Attack("KeyboardInterrupt", "raise KeyboardInterrupt", status="error"),
    Attack("raises what is no error", "raise BaseException('crossing')", status="error"),
    Attack(
        "an endless loop",
        "while True: pass",
        status="timeout",
        finding="ran longer than",
        limits=HANGS,
    ),
    Attack("an endless loop that catches all", LOOP, finding="ran longer than", limits=HANGS),
    Attack("an endless loop first", LOOP, before=True, finding="ran longer than", limits=HANGS),
    Attack(
        "an endless product",
        """\
import signal
import numpy as np
signal.signal(signal.SIGALRM, signal.SIG_IGN)
a = np.ones((1500, 1500))
while True: a @ a""",
        status="timeout",
        finding="did not stop",
        limits=HANGS,
    ),
    Attack(
        "blocks every signal",
        """\
import signal, time
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))
time.sleep(60)""",
        status="timeout",
        finding="did not stop",
        limits=HANGS,
    ),
    Attack(
        "stops itself",
        "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
        status="timeout",
        finding="did not stop",
        limits=HANGS,
    ),
    Attack("reads its input", "input()", status="ok"),
    Attack(
        "burns its processor time",
        "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\n" + LOOP,
        limits={"cpu": 1, "cell_seconds": 5},
        status="died",
        finding="processor time",
    ),
    Attack(
        "a finalizer that never ends",
        f"""\
import atexit
class A:
    def __del__(self):
{chr(10).join("        " + line for line in LOOP.splitlines())}
keep = A()
atexit.register(A)""",
        limits=HANGS,
    ),
    Attack(
        "a repr that never ends",
        f"""\
class A:
    def __repr__(self):
{chr(10).join("        " + line for line in LOOP.splitlines())}
A()""",
        finding="ran longer than",
        limits=HANGS,
    ),
    Attack(
        "an error whose text is an error",
        """\
class A(Exception):
    def __str__(self): raise self
    __repr__ = __str__
raise A""",
    ),
]

ROOM = [
    Attack(
        "takes all memory",
        """\
kept = []
try:
    while True: kept.append(bytes(64 << 20))
except MemoryError:
    print("stopped at", len(kept)) if len(kept) < 32 else print("crossed", len(kept))
del kept""",
        status="ok",
    ),
    Attack(
        "maps all memory",
        """\
import mmap
kept = []
try:
    while len(kept) < 100: kept.append(mmap.mmap(-1, 64 << 20))
    print("crossed")
except OSError:
    del kept""",
    ),
    Attack(
        "fills the disk",
        """\
import os
home, count = os.environ["HOME"], 0
try:
    for count in range(200):
        open(f"{{home}}/{{count}}", "wb").write(bytes(1 << 20))
    print("crossed")
except OSError:
    print("stopped at", count)""",
    ),
    Attack(
        "writes one large file",
        """\
import os
with open(os.environ["HOME"] + "/a", "wb") as file:
    try:
        file.truncate(1 << 30)
        print("crossed")
    except OSError:
        pass""",
    ),
    Attack(
        "makes files without end",
        """\
import os
home = os.environ["HOME"]
for k in range(3_000_000): os.close(os.open(f"{{home}}/{{k}}", os.O_CREAT))""",
        limits={"cell_seconds": 10, "inodes": 2000},
        status="flood",
        finding="more than 2000 files",
    ),
    Attack(
        "leaves what cannot be cleared",
        """\
import os
os.chdir(os.environ["HOME"])
for k in range(1500):
    os.mkdir("d" * 50)
    os.chdir("d" * 50)""",
    ),
    Attack(
        "leaves a locked folder",
        """\
import os
os.makedirs(os.environ["HOME"] + "/a/b")
os.chmod(os.environ["HOME"] + "/a", 0)""",
    ),
    Attack(
        "opens files without end",
        """\
import os
try:
    for k in range(10_000): os.open("/dev/null", 0)
    print("crossed")
except OSError:
    os.closerange(10, 10_000)""",
        loses=True,
    ),
    Attack(
        "fills pipes and sockets",
        """\
import os, socket
try:
    kept = []
    for k in range(200):
        kept += socket.socketpair()
        a = kept[-1]
        a.setblocking(False)
        while True:
            try: a.send(bytes(1 << 16))
            except BlockingIOError: break
    print("crossed")
except OSError:
    del kept, a""",
    ),
    Attack(
        "leaves shared memory",
        _calls(
            ("shmget", 29, (4242, 4096, 0o1666)),
            ("semget", 64, (4242, 1, 0o1666)),
            ("msgget", 68, (4242, 0o1666)),
            ("mq_open", 240, (b"left", 0o102, 0o666, 0)),
        ),
    ),
]

FLOODS = [
    Attack(
        "prints without end",
        "while True: print('x' * 10000)",
        status="flood",
        finding="printed far too much",
    ),
    Attack(
        "prints without end, catching all",
        "while True:\n    try: print('x' * 10000)\n    except BaseException: pass",
        finding="Code cell",
        limits=HANGS,
    ),
    Attack(
        "warns without end",
        "import sys\nwhile True: sys.stderr.write('x' * 10000)",
        status="flood",
        finding="printed far too much",
    ),
    Attack("prints one large text", "print('x' * (20 << 20))"),
    Attack(
        "shows without end",
        """\
from IPython.display import display
while True: display("x" * 100_000)""",
        finding="Code cell",
        limits=HANGS,
    ),
    Attack(
        "shows many small things",
        """\
from IPython.display import display
for k in range(3000): display(k)""",
        status="ok",
        finding="the rest was cut",
    ),
    Attack("a large result", "'x' * (20 << 20)"),
    Attack("a large error", "raise ValueError('x' * (20 << 20))"),
    Attack(
        "floods the pipe",
        _sends("b'x' * (1 << 16)").replace(
            "            os.write", "            while True: os.write"
        ),
        finding="Code cell",
        limits=HANGS,
    ),
    Attack(
        "a picture that is none",
        """\
from IPython.display import display
display({{"image/png": "PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=="}}, raw=True)
display({{"image/png": "<script>crossed</script>"}}, raw=True)""",
    ),
    Attack(
        "a picture larger than any screen",
        """\
import base64, struct
from IPython.display import display
head = b"\\x89PNG\\r\\n\\x1a\\n\\0\\0\\0\\rIHDR" + struct.pack(">II", 60000, 60000) + bytes(100)
display({{"image/png": base64.b64encode(head).decode()}}, raw=True)""",
    ),
    Attack(
        "active content",
        """\
from IPython.display import HTML, Javascript, SVG, display
display(HTML("<script>crossed</script>"), Javascript("crossed"))
kinds = "text/html", "application/javascript", "image/svg+xml", "text/latex"
display({{kind: "<b>crossed</b>" for kind in kinds}} | {{"text/plain": ""}}, raw=True)""",
    ),
    Attack(
        "text that is no text", "print('\\ud800 \\0 \\x1b]0;title\\x07')\n'\\udfff'", status="ok"
    ),
]

FORGERIES = [
    Attack(
        "writes to every pipe",
        _sends('b"\\xff\\x00garbage\\n" * 100'),
        status="died",
        finding="wrote on the grader's own pipe",
    ),
    Attack(
        "deep JSON",
        _sends("b'[' * 60000 + b'\\n'"),
        status="died",
        finding="wrote on the grader's own pipe",
    ),
    Attack(
        "deep JSON in its own frame",
        _sends("b'{{\"output\": ' + b'[' * 900 + b']' * 900 + b'}}\\n'"),
        status="died",
        finding="wrote on the grader's own pipe",
    ),
    Attack(
        "a number too long",
        _sends("b'{{\"call\": ' + b'9' * 20000 + b', \"seen\": []}}\\n'"),
        status="died",
        finding="wrote on the grader's own pipe",
    ),
    Attack(
        "observations too early",
        _sends('b\'{{"call": 0, "seen": []}}\\n\''),
        status="died",
        finding="wrote on the grader's own pipe",
    ),
    Attack(
        "a status of its own",
        _sends('b\'{{"end": "full marks"}}\\n\''),
        status="died",
        finding="wrote on the grader's own pipe",
    ),
    Attack("ends that did not happen", _sends('b\'{{"end": "ok"}}\\n\' * 50'), loses=True),
    Attack(
        "ends, then exits", _sends('b\'{{"end": "ok"}}\\n\' * 50') + "\nos._exit(0)", loses=True
    ),
    Attack(
        "outputs of a wrong shape",
        _sends(
            "b''.join(json.dumps(dict(output=o)).encode() + b'\\n' for o in ([], 1, dict(a='x')))"
        ),
        status="died",
        finding="wrote on the grader's own pipe",
    ),
    Attack(
        "closes every pipe", "import os\nos.closerange(3, 200)", loses=True, finding="Code cell"
    ),
    Attack(
        "reads what is asked of it",
        """\
import os, stat, threading
def steal():
    for fd in range(3, 64):
        try:
            if stat.S_ISFIFO(os.fstat(fd).st_mode): os.read(fd, 1 << 20)
        except OSError: pass
threading.Thread(target=steal, daemon=True).start()
import time; time.sleep(0.05)""",
        loses=True,
        finding="",
        limits=HANGS,
    ),
    Attack(
        "observations of its own, in the pipe",
        """\
import json, os, stat
def forge():
    for fd in range(3, 64):
        try:
            if stat.S_ISFIFO(os.fstat(fd).st_mode):
                for k in (0, 1, 0, 1):
                    os.write(fd, json.dumps(dict(call=k, seen=PUBLIC)).encode() + b"\\n")
        except OSError: pass
import base64, numpy
data = base64.b64encode(numpy.ones(4).tobytes()).decode()
PUBLIC = [dict(label="square(x)", value=dict(kind="array", dtype="<f8", shape=[4], bytes=data))]""",
        square="forge()",
    ),
    Attack(
        "observations out of range",
        """\
import json, os, stat
def forge():
    for fd in range(3, 64):
        try:
            if stat.S_ISFIFO(os.fstat(fd).st_mode):
                os.write(fd, b'{{"call": -1, "seen": []}}\\n{{"call": 99, "seen": []}}\\n')
        except OSError: pass""",
        square="forge()",
        finding="Check squares of square wrote on",
    ),
    Attack(
        "patches the dump",
        """\
import json
real = json.dumps
json.dumps = lambda x, *a, **k: real({{"call": 0, "seen": "[" * 1000}} if "seen" in x else x)""",
        loses=True,
    ),
    Attack(
        "patches what observes",
        """\
import tinygrad_lessons.lab.observe as o
o.look = lambda *a: [dict(label="square(x)", value=1)]
o.encode = lambda x: dict(kind="number", type="float", text="nan")
o.Observer.__call__ = lambda self, label, value: self.seen.append(o.look)""",
        loses=True,
    ),
    Attack(
        "patches what replaces",
        """\
import tinygrad_lessons.exercise as e
e.replace = e.places = lambda *a: 1 / 0""",
        loses=True,
    ),
    Attack(
        "patches the compiler",
        """\
import builtins
builtins.compile = builtins.exec = lambda *a, **k: None""",
        loses=True,
    ),
    Attack(
        "patches NumPy",
        """\
import numpy as np
np.random.default_rng = lambda seed: np.random.Generator(np.random.PCG64(0))
np.allclose = np.array_equal = lambda *a, **k: True""",
        loses=True,
        square="return x * 0 + 1",
    ),
    Attack(
        "patches IPython",
        """\
ip = get_ipython()
from IPython.core.interactiveshell import ExecutionResult, InteractiveShell
ExecutionResult.success = property(lambda self: True)
InteractiveShell.run_cell = lambda *a, **k: ExecutionResult(None)
InteractiveShell.showtraceback = lambda *a, **k: None
ip.input_transformers_cleanup.append(lambda lines: ["2.0\\n"])""",
        square="return 2.0",
    ),
    Attack(
        "patches the display",
        """\
import sys
from IPython.display import display, update_display
sys.displayhook = print
display({{"text/plain": "2.0"}}, raw=True, display_id="mine")
update_display({{"text/plain": "2.0", "text/html": "crossed"}}, raw=True, display_id="mine")
show = lambda: display({{"text/plain": "2.0"}}, raw=True)
get_ipython().events.register("post_execute", show)""",
        square="return 2.0",
    ),
    Attack(
        "an array that lies",
        """\
import numpy as np
class Yes(np.ndarray):
    def __eq__(self, other): return True
    def tobytes(self): return b""
    dtype = property(lambda self: np.dtype("f4"))""",
        square="return np.zeros(4).view(Yes)",
    ),
    Attack(
        "an object of endless depth",
        "x = []\nfor _ in range(100_000): x = [x]",
        square="return globals()['x']",
    ),
    Attack("an int of 4,000 digits", "", square="return 10**4000"),
    Attack("an int of a million digits", "", square="return 1 << 4_000_000"),
    Attack(
        "an object in which nothing works",
        """\
class Odd:
    def __getattr__(self, name): raise SystemExit
    __str__ = __repr__ = __len__ = __iter__ = __bool__ = __float__ = __getattr__""",
        square="return globals()['Odd']()",
        finding="Check squares of square",
    ),
    Attack(
        "a type whose name is a text",
        "",
        square="raise type('x = 1; ' * 70, (Exception,), {{}})('crossing')",
    ),
    Attack(
        "observes without end",
        """\
import sys
def hunt():
    frame = sys._getframe(1)
    while "observe" not in frame.f_locals: frame = frame.f_back
    frame.f_locals["observe"].seen.extend([dict(label="x" * 1000, value=1)] * 10**5)""",
        square="hunt()",
        finding="Check squares of square",
    ),
    Attack(
        "changes the random numbers",
        """\
import sys
def spoil(x):
    frame = sys._getframe(1)
    while frame:
        rng = frame.f_locals.get("rng")
        if rng is not None: rng.bit_generator.state = type(rng.bit_generator)(1).state
        frame = frame.f_back
    x[:] = 0""",
        square="spoil(x); return x",
    ),
    Attack(
        "looks for answers in frames and memory",
        """\
import gc, sys
def hunt(x):
    frame = sys._getframe(1)
    while frame:
        for value in list(frame.f_locals.values()):
            if isinstance(value, dict) and "references" in value:
                for exercise, module, text in value["references"]:
                    if exercise == "square": print("crossed", text)
        frame = frame.f_back
    for value in gc.get_objects():
        if type(value) is dict and "expected" in value: return value["expected"]
    return x""",
        square="return hunt(x)",
    ),
    Attack(
        "a check that exits",
        "",
        square="import os; os._exit(0)",
        finding="Check squares of square ended the process",
    ),
    Attack("a check that leaves", "", square="raise SystemExit", finding="Check squares of square"),
    Attack(
        "a check that never ends",
        "",
        square=LOOP.replace("\n", "\n    "),
        finding="Check squares of square ran longer",
        limits=HANGS,
    ),
    Attack(
        "a check that prints without end",
        "",
        square="while True: print('x' * 10000)",
        finding="Check squares of square printed",
    ),
    Attack(
        "detects that it is graded",
        """\
import os, socket, sys
graded = "sandbox" in socket.gethostname() or "ipykernel" not in sys.modules
if graded:
    import builtins
    builtins.AssertionError = type("Fine", (Exception,), {{}})
    def check(*a): return 2.0""",
        square="return x if not globals().get('graded') else x * 0",
    ),
    Attack(
        "traces every call",
        """\
import sys
sys.addaudithook(lambda name, args: None)
sys.settrace(lambda *a: None)
sys.setprofile(lambda *a: None)""",
    ),
    Attack(
        "disarms the alarm",
        """\
import signal
signal.signal(signal.SIGALRM, signal.SIG_IGN)
signal.setitimer(signal.ITIMER_REAL, 0)
"""
        + LOOP,
        status="timeout",
        finding="did not stop",
        limits=HANGS,
    ),
    Attack(
        "patches from a thread, later",
        """\
import threading, time
import tinygrad_lessons as torch
def later():
    for _ in range(200):
        time.sleep(0.001)
        torch.square = lambda x: 1.0
threading.Thread(target=later, daemon=True).start()""",
    ),
]

BANK = [*FILES, *NETWORK, *PROCESSES, *ENDS, *ROOM, *FLOODS, *FORGERIES]

LEAVES = """\
import os, tempfile, threading
open(os.environ["HOME"] + "/left", "w").write("left")
tempfile.mkdtemp(prefix="left")
import socket; kept = socket.socket(socket.AF_UNIX); kept.bind("\\0left")
os.environ["LEFT"] = "1"
import numpy as np, builtins, sys
np.LEFT = builtins.LEFT = sys.LEFT = 1
np.random.seed(7)
get_ipython().user_ns["LEFT"] = 1
for leave in (lambda: os.setxattr("/tmp", "user.left", b"left"), lambda: os.chmod("/tmp", 0o700),
              lambda: os.utime("/tmp", (7, 7)), lambda: os.utime("/dev/null", (7, 7))):
    try:
        leave()
    except OSError:
        pass
for k in range({files}):
    open(os.environ["HOME"] + f"/{{k}}", "w")
for _ in range({threads}):
    thread = threading.Thread(target=str)
    thread.start()
    thread.join()"""

FINDS = """\
import builtins, os, random, socket, sys
import numpy as np
print(os.listdir(os.environ["HOME"]), os.environ.get("LEFT"), "LEFT" in globals())
print(hasattr(np, "LEFT"), hasattr(builtins, "LEFT"), hasattr(sys, "LEFT"))
try:
    socket.socket(socket.AF_UNIX).connect("\\0left")
    print("connected")
except OSError:
    pass
print(np.random.random(), random.random())
for path in ("/", "/tmp", "/dev/null", "/lesson", "/sandbox/child.py"):
    s = os.stat(path)
    print(path, s.st_mode, s.st_uid, s.st_nlink, s.st_size, os.listxattr(path))
print(os.stat("/dev/null").st_mtime_ns)
print(os.statvfs("/tmp").f_bfree)"""

COUNTS = """\
import os
open(os.environ["HOME"] + "/x", "w")
print(os.getpid(), os.stat(os.environ["HOME"] + "/x").st_ino)"""
