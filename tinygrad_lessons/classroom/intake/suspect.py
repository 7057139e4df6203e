"""Names that have no business in an exercise: shown to a person, never graded by."""

import ast

NAMES = set(
    """
    gc ctypes inspect _getframe f_back f_locals f_globals currentframe walk_stack walk_tb tb_frame
    __globals__ __code__ __closure__ __subclasses__ __setattr__ __getattribute__ __builtins__
    get_ipython user_ns display_id update_display input_transformers_cleanup kernel
    session events compile _exit kill fork subprocess environ sys builtins importlib
    observations stats peek put crossing _transfers guard_level __array_ufunc__ __array_function__
    __eq__ scipy cupy jax numba sklearn socket shutil marshal pickle
    """.split()
)
CALLS = {"setattr", "delattr", "globals", "exec", "eval", "open", "__import__"}
MODULES = {"np", "numpy", "json", "torch", "tinygrad_lessons"}


def findings(sources):
    """One finding that names what is suspicious in these cells, or none."""
    found = sorted({name for source in sources for name in _names(source)})
    return [f"Worth reading: the cells use {', '.join(found)}."] if found else []


def _names(source):
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        match node:
            case ast.Name(name) | ast.Attribute(attr=name) | ast.alias(name) if name in NAMES:
                yield name
            case ast.Call(ast.Name(name)) if name in CALLS:
                yield f"{name}()"
            case ast.Call(ast.Name("getattr"), [_, name, *_]) if not isinstance(name, ast.Constant):
                yield "getattr() with a name that is computed"
            case ast.Attribute(ast.Name(module), name, ast.Store()) if module in MODULES:
                yield f"{module}.{name} ="
