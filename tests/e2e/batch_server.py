"""A server with a scripted model, to be killed: `python -m tests.e2e.batch_server DATA LOG MOST`.

Writes its port to standard output, and notes in LOG the text of every request that the model
prepares; after MOST of them it prepares no more.
"""

import sys
import threading
from pathlib import Path
from typing import Any

from tests.e2e.fake_llm import FakeLLM, Script
from trinity.config import ServerConfig
from trinity.server.app import create_app
from trinity.server.serve import build_server, listen


class NotingLLM(FakeLLM):
    def __init__(self, log: Path, most: int) -> None:
        super().__init__(Script(step_s=0.001))
        self.log = log.open("a", buffering=1)
        self.most = most

    def prepare(self, request: Any, request_id: str | None = None) -> Any:
        if len(self.requests) == self.most:
            threading.Event().wait()
        self.log.write(request.messages[-1].text + "\n")
        return super().prepare(request, request_id)


def main() -> None:
    data, log, most = sys.argv[1:]
    config = ServerConfig(port=0, data_dir=data)
    llm: Any = NotingLLM(Path(log), int(most))
    app = create_app(llm, config)
    with listen(config) as listener:
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        build_server(app).run(sockets=[listener])


if __name__ == "__main__":
    main()
