"""A module's tests, each time in a process of its own with one change of the module in force.

A change inside a function, or of a module's constant or table, is put into the loaded module after the tests are
collected, which takes a tenth of a second. Any other change, and every one that no test noticed so, is there from the
first import on.
"""

from __future__ import annotations

import ast
import contextlib
import ctypes
import gc
import json
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

import pytest

from tests.mutants.changes import ROOT, Mutant, find_mutants, read_enums
from tests.mutants.targets import files_of

OPTIONS = (
    *("-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:cov", "--assert=plain"),
    *("--hypothesis-profile=mutants", "-W", "ignore::pytest.PytestAssertRewriteWarning"),
)


@dataclass
class Child:
    """A process that runs tests; `code` is 0 where they all passed, negative where it had to be ended."""

    number: int
    pid: int
    started: float
    limit: float
    code: int = 0
    seconds: float = 0.0

    def is_done(self) -> bool:
        """Whether it has ended by now; one that takes too long is ended."""
        self.seconds = time.monotonic() - self.started
        done, status = os.waitpid(self.pid, os.WNOHANG)
        if not done and self.seconds > self.limit:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            done, status = os.waitpid(self.pid, 0)
        if done:
            self.code = os.waitstatus_to_exitcode(status)
        return bool(done)


def start(number: int, work: Callable[[int], int], folder: Path, limit: float) -> Child:
    """Do some work in a process of its own, with a folder of its own for what the tests write."""
    place = folder / str(number)
    place.mkdir()
    child = os.fork()
    if child == 0:
        code = 2
        try:
            os.setpgid(0, 0)
            die_with_parent()
            os.environ["PYTEST_DEBUG_TEMPROOT"] = str(place)
            out = os.open(folder / f"{number}.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            for stream in (1, 2):
                os.dup2(out, stream)
            code = work(number)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    return Child(number, child, time.monotonic(), limit)


def die_with_parent() -> None:
    """Have the system end this process when the one that made it ends: a change may make a loop endless."""
    with contextlib.suppress(OSError, AttributeError):  # not Linux
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def run_all(
    numbers: Sequence[int], work: Callable[[int], int], folder: Path, limit: float, jobs: int
) -> Iterator[Child]:
    """The ended processes in the order in which they end, `jobs` at a time."""
    waiting, running = list(reversed(numbers)), list[Child]()
    while waiting or running:
        while waiting and len(running) < jobs:
            running.append(start(waiting.pop(), work, folder, limit))
        time.sleep(0.003)
        for child in [child for child in running if child.is_done()]:
            running.remove(child)
            yield child
            shutil.rmtree(folder / str(child.number), ignore_errors=True)


class ChangedModule(SourceFileLoader):
    """Imports one module from a changed tree instead of from its file."""

    def __init__(self, module: str, tree: ast.Module) -> None:
        super().__init__(name_of(module), str(ROOT / module))
        self.tree = tree

    def get_code(self, fullname: str) -> CodeType:
        """The changed code."""
        return compile(self.tree, self.path, "exec")

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        """This module, and no other."""
        inside = [str(Path(self.path).parent)] if self.path.endswith("__init__.py") else None
        if fullname != self.name:
            return None
        return spec_from_file_location(fullname, self.path, loader=self, submodule_search_locations=inside)


def name_of(module: str) -> str:
    """A path as `import` names it."""
    return module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def read_changed(module: str, number: int) -> ast.Module:
    """The module's tree with one change; none for a negative number."""
    tree = ast.parse((ROOT / module).read_text())
    if number >= 0:
        find_mutants(tree, read_enums())[number].apply()
    return tree


def run_imported(module: str, number: int) -> int:
    """Run the module's tests with a change that is there from the first import on."""
    sys.meta_path.insert(0, ChangedModule(module, read_changed(module, number)))
    return int(pytest.main([*OPTIONS, *files_of(module)]))


class Server:
    """A pytest plugin that runs the collected tests once for each change that can be put into the loaded module."""

    def __init__(self, module: str, mutants: Sequence[Mutant], chosen: Set[int], folder: Path, jobs: int) -> None:
        self.module, self.folder, self.jobs = module, folder, jobs
        self.numbers = [number for number in sorted(chosen) if mutants[number].in_function or mutants[number].in_table]
        self.tables = {number for number, one in enumerate(mutants) if one.in_table}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Write one line of JSON for each change into `results`; the first is of none, number -1."""
        path = str(ROOT / self.module)
        module = sys.modules[name_of(self.module)]
        # Before anything is frozen: functions, by where they stand in the file.
        functions = [
            one for one in gc.get_objects() if isinstance(one, FunctionType) and one.__code__.co_filename == path
        ]
        gc.freeze()

        def work(number: int) -> int:
            tree = read_changed(self.module, number)
            if number in self.tables:
                put_in_tables(module, tree)
            else:
                put_in(functions, tree, path)
            session.config.pluginmanager.unregister(self)
            with contextlib.suppress(session.Failed):
                session.config.hook.pytest_runtestloop(session=session)
            return 1 if session.testsfailed else 0

        limit = 600.0
        with (self.folder / "results").open("w") as out:
            for numbers in ([-1], self.numbers):
                for child in run_all(numbers, work, self.folder, limit, self.jobs):
                    out.write(json.dumps([child.number, child.code, child.seconds]) + "\n")
                    out.flush()
                    limit = 10 + 4 * child.seconds if child.number < 0 else limit
                    if child.number < 0 and child.code:
                        return True
        return True


def put_in(functions: Sequence[FunctionType], tree: ast.Module, path: str) -> None:
    """Give functions the code that they have in this tree."""
    changed: dict[tuple[str, int], CodeType] = {}
    waiting = [compile(tree, path, "exec")]
    while waiting:
        code = waiting.pop()
        changed[code.co_qualname, code.co_firstlineno] = code
        waiting += [one for one in code.co_consts if isinstance(one, CodeType)]
    for function in functions:
        new = changed.get((function.__code__.co_qualname, function.__code__.co_firstlineno))
        if new is not None and new.co_freevars == function.__code__.co_freevars:
            function.__code__ = new


def put_in_tables(module: ModuleType, tree: ast.Module) -> None:
    """Make the module's constants and tables anew, from its own classes and functions, as they are in this tree."""
    values: list[ast.stmt] = [one for one in tree.body if isinstance(one, ast.Assign | ast.AnnAssign)]
    exec(compile(ast.Module(values, []), str(module.__file__), "exec"), module.__dict__)


def run_server(module: str, mutants: Sequence[Mutant], chosen: Set[int], folder: Path, jobs: int) -> int:
    """Run the module's tests for each change that can be put in; see `Server`."""
    return int(pytest.main([*OPTIONS, *files_of(module)], plugins=[Server(module, mutants, chosen, folder, jobs)]))
