import os
import random
import sys

import pytest

# Before torch or a hub client is imported, here or in a process that a test starts. One thread, so
# that sums are taken in the same order on every machine.
os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", OMP_NUM_THREADS="1")


@pytest.fixture(autouse=True)
def _same_seeds_for_every_test() -> None:
    random.seed(0)
    # Looked up, not imported: most tests need neither and should not wait for them.
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(0)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(0)
