"""Names that have no business in an exercise: shown to a person, never graded by."""

import ast

NAMES = set(
    """
    gc ctypes inspect _getframe f_back f_locals f_globals currentframe __globals__ __code__
    __closure__ get_ipython user_ns display_id update_display input_transformers_cleanup kernel
    session events compile _exit kill fork subprocess environ sys builtins __builtins__
    observations stats peek __array_ufunc__ __array_function__ __eq__ scipy cupy jax numba
    sklearn socket shutil
    """.split()
)
CALLS = {"setattr", "exec", "eval", "open", "__import__"}
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
            case ast.Attribute(ast.Name(module), name, ast.Store()) if module in MODULES:
                yield f"{module}.{name} ="
