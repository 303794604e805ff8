/* Whether bars can be, many at once; which one cannot, `_columns.py` says.

   No loop has a branch, and all work on whole words, so that compilers take several bars at once, and more of them
   where the processor has wider registers. What is less than zero has the highest bit set; so has the difference of two
   smaller numbers where the second is the greater. The bits of floats that are not negative order as the floats do, and
   infinity and NaN are the highest of them. */
#include <stddef.h>

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
#define FKS_WIDE __attribute__((target_clones("arch=x86-64-v4", "avx2", "default")))
#else
#define FKS_WIDE
#endif

typedef unsigned long long fks_bits;

static const fks_bits FKS_SIGN = 1ULL << 63, FKS_INFINITE = 0x7ffULL << 52;

/* Every bar closes after it is opened, and is opened when the one before is closed, or later. */
FKS_WIDE static int fks_are_times_fit(const long long *opened_at, const long long *closed_at, ptrdiff_t first, ptrdiff_t end) {
    const fks_bits *opened = (const fks_bits *) opened_at, *closed = (const fks_bits *) closed_at;
    fks_bits bad = opened[first] | closed[first] | (closed[first] - opened[first] - 1);
    for (ptrdiff_t i = first + 1; i < end; i++)
        bad |= opened[i] | closed[i] | (closed[i] - opened[i] - 1) | (opened[i] - closed[i - 1]);
    return (bad & FKS_SIGN) == 0;
}

/* All are positive and finite, and none lies outside the bar's low and high. */
FKS_WIDE static int fks_are_prices_fit(
    const double *opens, const double *highs, const double *lows, const double *closes, ptrdiff_t first, ptrdiff_t end
) {
    const fks_bits *open = (const fks_bits *) opens, *high = (const fks_bits *) highs;
    const fks_bits *low = (const fks_bits *) lows, *close = (const fks_bits *) closes;
    fks_bits bad = 0;
    for (ptrdiff_t i = first; i < end; i++)
        bad |= open[i] | high[i] | close[i] | (low[i] - 1) | (FKS_INFINITE - 1 - high[i]) | (open[i] - low[i])
             | (close[i] - low[i]) | (high[i] - open[i]) | (high[i] - close[i]);
    return (bad & FKS_SIGN) == 0;
}

/* All are finite and not negative. */
FKS_WIDE static int fks_are_volumes_known(const double *volumes, ptrdiff_t first, ptrdiff_t end) {
    const fks_bits *volume = (const fks_bits *) volumes;
    fks_bits bad = 0;
    for (ptrdiff_t i = first; i < end; i++)
        bad |= volume[i] | (FKS_INFINITE - 1 - volume[i]);
    return (bad & FKS_SIGN) == 0;
}
