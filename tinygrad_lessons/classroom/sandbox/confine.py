"""Runs inside: what a process gives up before it runs a student's code."""

import ctypes
import os
import sys

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = (
    1, 4, 22, 24, 38,
)  # fmt: skip
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every architecture
EXECUTE, WRITE_FILE = 1 << 0, 1 << 1
MAKE_AND_REMOVE = sum(1 << bit for bit in range(4, 14))  # in folders, links across them included
TRUNCATE = 1 << 14
SCOPES = 1 << 0 | 1 << 1  # abstract sockets, signals
OLDEST = 6  # the first Landlock that has scopes

LINUX = sys.platform.startswith("linux")

libc = ctypes.CDLL(None, use_errno=True) if LINUX else None


class Ruleset(ctypes.Structure):
    _fields_ = [
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scopes", ctypes.c_uint64),
    ]


class Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = [("access", ctypes.c_uint64), ("folder", ctypes.c_int32)]


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def done(result, what):
    """The result of a system call; OSError when it failed."""
    if result < 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")
    return result


def prctl(option, value=0, pointer=None):
    if LINUX:
        done(libc.prctl(option, ctypes.c_ulong(value), pointer, 0, 0), f"prctl {option}")


def landlock_version():
    """The kernel's Landlock ABI, 0 without Landlock."""
    return LINUX and max(0, libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), 1))


def landlock(folder, nodes):
    """Write to device nodes and beneath `folder` only; run no program, reach no process outside."""
    writes = WRITE_FILE | MAKE_AND_REMOVE | TRUNCATE
    rules = Ruleset(writes | EXECUTE, 1 << 0 | 1 << 1, SCOPES)
    size = ctypes.c_size_t(ctypes.sizeof(rules))
    fd = done(libc.syscall(CREATE_RULESET, ctypes.byref(rules), size, 0), "landlock")
    for path, access in ((folder, writes), *((node, WRITE_FILE) for node in nodes)):
        rule = Beneath(access, os.open(path, os.O_PATH))
        done(libc.syscall(ADD_RULE, fd, 1, ctypes.byref(rule), 0), "landlock rule")
        os.close(rule.folder)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    done(libc.syscall(RESTRICT_SELF, fd, 0), "landlock_restrict_self")
    os.close(fd)


def seccomp(program):
    """Obey a BPF program from now on."""
    code = ctypes.create_string_buffer(program, len(program))
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    pointer = ctypes.byref(Program(len(program) // 8, ctypes.addressof(code)))
    prctl(PR_SET_SECCOMP, 2, pointer)


def drop_root(uid):
    """Become an ordinary user without any way back."""
    for capability in range(64):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    prctl(PR_SET_NO_NEW_PRIVS, 1)


def limit(name, value, hard=None):
    """Lower a limit; one that is lower already stays."""
    import resource

    kind = getattr(resource, "RLIMIT_" + name)
    most = resource.getrlimit(kind)[1]
    value, hard = (v if most < 0 else min(v, most) for v in (value, hard or value))
    resource.setrlimit(kind, (value, hard))


def limits(wanted, cuda):
    """The limits of one submission, from Limits as a dict. CUDA reserves more than it uses."""
    if not LINUX:
        return
    limit("DATA" if cuda else "AS", wanted["memory"])
    limit("CPU", wanted["cpu"], wanted["cpu"] + 1)
    limit("FSIZE", wanted["file"])
    limit("NOFILE", wanted["open_files"])
    limit("NPROC", wanted["threads"])
    limit("CORE", 0)
    limit("MEMLOCK", 0)
    limit("MSGQUEUE", 0)
    limit("SIGPENDING", 256)
