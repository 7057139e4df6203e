"""A function of our own that may not end: it is stopped after some seconds."""

import ctypes
import threading
import time

TICK = 0.01
PATIENCE = 5  # the time on the wall that a busy machine may take, in times of the limit
LEAVE = 1  # seconds until it must have let go


class TooLong(Exception):
    """A call did not end in its time."""


class Stopped(BaseException):
    """What is raised in a thread to end it."""


def within(seconds, function, *arguments):
    """What `function` returns. Raises TooLong when it takes more processor time than `seconds`.

    It runs in a thread of its own, because only Python's own loops have to be ended here.
    """
    call = Call(function, arguments)
    call.start()
    end = time.monotonic() + PATIENCE * seconds
    call.join(TICK)
    while call.is_alive():
        if call.used() > seconds or time.monotonic() > end:
            call.stop()
            raise TooLong
        call.join(TICK)
    return call.result()


class Call(threading.Thread):
    """A call in a thread."""

    def __init__(self, function, arguments):
        super().__init__(daemon=True)
        self.call, self.found, self.error = (function, arguments), None, None

    def run(self):
        function, arguments = self.call
        try:
            self.found = function(*arguments)
        except BaseException as error:
            self.error = error

    def used(self):
        """Processor time, in seconds."""
        try:
            return time.clock_gettime(time.pthread_getcpuclockid(self.ident))
        except (AttributeError, OSError):  # another system, or it has just ended
            return 0

    def stop(self):
        """Raise Stopped in the thread until it lets go."""
        end = time.monotonic() + LEAVE
        while self.is_alive() and time.monotonic() < end:
            thread = ctypes.c_ulong(self.ident)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(Stopped))
            self.join(10 * TICK)

    def result(self):
        if self.error is not None:
            raise self.error
        return self.found
