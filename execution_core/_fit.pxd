# cython: language_level=3
"""Whether bars can be: `_fit.h`."""
from libc.math cimport INFINITY

cdef extern from "_fit.h" nogil:
    bint are_times_fit "fks_are_times_fit" (
        const long long* opened, const long long* closed, Py_ssize_t first, Py_ssize_t end
    ) noexcept
    bint are_prices_fit "fks_are_prices_fit" (
        const double* open, const double* high, const double* low, const double* close, Py_ssize_t first, Py_ssize_t end
    ) noexcept
    bint are_volumes_known "fks_are_volumes_known" (const double* volume, Py_ssize_t first, Py_ssize_t end) noexcept


cdef inline bint are_volumes_fit(const double* volume, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
    """None is negative or infinite; NaN is not known."""
    cdef Py_ssize_t i
    if are_volumes_known(volume, first, end):
        return True
    for i in range(first, end):
        if volume[i] < 0.0 or volume[i] == INFINITY:
            return False
    return True
