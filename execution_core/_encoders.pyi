import numpy as np
from numpy.typing import NDArray

def encode(prices: NDArray[np.float64], depth: int, context: int, last: float) -> tuple[NDArray[np.int32], int]: ...
def read(
    prices: NDArray[np.float64], depth: int, context: int, last: float, table: NDArray[np.float64]
) -> NDArray[np.float64]: ...
def learn(
    prices: NDArray[np.float64],
    depth: int,
    context: int,
    last: float,
    decay: float,
    up: NDArray[np.float64],
    down: NDArray[np.float64],
    seen: NDArray[np.int64],
) -> int: ...
