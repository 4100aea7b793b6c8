from __future__ import annotations

import os
import socket
import sys
import time
from pathlib import Path

import pytest

from trinity.agent import sandbox as module
from trinity.agent.sandbox import MAX_OUTPUT_BYTES, Ran, Sandbox
from trinity.errors import ConfigError


def python(sandbox: Sandbox, code: str, seconds: float = 20.0) -> Ran:
    return sandbox.run(sandbox.folder, [sys.executable, "-c", code], seconds)


def test_without_bubblewrap_nothing_is_run(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.shutil, "which", lambda _: None)
    with pytest.raises(ConfigError, match=r"not installed; install it with `apt install") as error:
        Sandbox(project)
    assert "--unsandboxed" in error.value.message


def test_a_bubblewrap_that_cannot_work_is_refused(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = project / "bwrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace'; exit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(module.shutil, "which", lambda _: str(broken))
    with pytest.raises(ConfigError, match=r"cannot make a sandbox here .*No permissions"):
        Sandbox(project)


def test_commands_see_a_copy_in_the_folder_s_own_place(sandbox: Sandbox) -> None:
    ran = python(sandbox, "import os; print(os.getcwd(), sorted(os.listdir()))")
    assert ran.output == f"{sandbox.folder} ['sums.py', 'test_sums.py']\n"
    assert ran.exit_code == 0


@pytest.mark.parametrize("kind", ["sandbox", "unsandboxed"])
def test_what_commands_write_is_thrown_away(kind: str, request: pytest.FixtureRequest) -> None:
    sandbox: Sandbox = request.getfixturevalue(kind)
    code = "from pathlib import Path; Path('sums.py').write_text(''); Path('new').write_text('')"
    assert python(sandbox, code).exit_code == 0
    assert (sandbox.folder / "sums.py").read_text()
    assert not (sandbox.folder / "new").exists()


@pytest.mark.parametrize("kind", ["sandbox", "unsandboxed"])
def test_no_secret_of_the_environment_is_seen(
    kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRINITY_API_KEY", "hidden-key")
    ran = python(request.getfixturevalue(kind), "import os; print(dict(os.environ))")
    assert "hidden-key" not in ran.output
    assert ran.exit_code == 0


def test_the_home_and_other_files_are_not_seen(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("hidden")
    places = [str(tmp_path / "secret.txt"), str(Path.home() / ".bashrc"), "/etc/passwd", "/root/x"]
    code = f"import os; print([os.path.exists(p) for p in {places}], os.path.expanduser('~'))"
    assert python(sandbox, code).output == "[False, False, False, False] /tmp\n"


def test_the_system_is_read_only(sandbox: Sandbox) -> None:
    code = "from pathlib import Path; Path('/usr/x').write_text('')"
    assert "Read-only file system" in python(sandbox, code).output


def test_there_is_no_network(sandbox: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = f"import socket; socket.create_connection(('127.0.0.1', {port}), 2)"
        ran = python(sandbox, code)
    assert ran.exit_code == 1
    assert "refused" in ran.output or "unreachable" in ran.output


def test_processes_outside_are_neither_seen_nor_signalled(sandbox: Sandbox) -> None:
    ran = python(sandbox, f"import os; os.kill({os.getpid()}, 0)")
    assert "ProcessLookupError" in ran.output or os.getpid() < 10


@pytest.mark.parametrize("kind", ["sandbox", "unsandboxed"])
def test_a_command_is_stopped_in_time_with_all_it_started(
    kind: str, request: pytest.FixtureRequest
) -> None:
    sandbox: Sandbox = request.getfixturevalue(kind)
    code = (
        "import subprocess, sys, time; print('begun', flush=True);"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); time.sleep(60)"
    )
    started = time.monotonic()
    ran = python(sandbox, code, seconds=2)
    assert ran.is_out_of_time
    assert ran.output == "begun\n"
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("kind", ["sandbox", "unsandboxed"])
def test_what_a_command_leaves_running_does_not_hold_it_up(
    kind: str, request: pytest.FixtureRequest
) -> None:
    code = "import subprocess; subprocess.Popen(['sleep', '50']); print('done')"
    ran = python(request.getfixturevalue(kind), code, seconds=25)
    assert (ran.exit_code, ran.output, ran.is_out_of_time) == (0, "done\n", False)


@pytest.mark.parametrize("kind", ["sandbox", "unsandboxed"])
def test_memory_and_files_have_limits(kind: str, request: pytest.FixtureRequest) -> None:
    sandbox: Sandbox = request.getfixturevalue(kind)
    assert "MemoryError" in python(sandbox, "bytearray(3 * 2**30)").output
    code = "f = open('big', 'wb'); f.truncate(300 * 2**20)"
    assert python(sandbox, code).exit_code != 0


def test_of_much_output_the_end_is_kept(unsandboxed: Sandbox) -> None:
    ran = python(unsandboxed, "print('x' * 1_000_000); print('the end')")
    assert ran.output.endswith("xxx\nthe end\n")
    assert len(ran.output) == MAX_OUTPUT_BYTES


def test_output_that_is_no_text_is_shown_as_far_as_it_is(unsandboxed: Sandbox) -> None:
    ran = python(unsandboxed, "import sys; sys.stdout.buffer.write(b'a\\xffb')")
    assert ran.output == "a\N{REPLACEMENT CHARACTER}b"


def test_a_missing_command_says_so(unsandboxed: Sandbox) -> None:
    ran = unsandboxed.run(unsandboxed.folder, ["no-such-program"], 20)
    assert ran.exit_code == 127
    assert ran.output == "The command no-such-program cannot be run: No such file or directory.\n"


def test_the_folder_s_own_environment_comes_first(project: Path) -> None:
    (project / ".venv/bin").mkdir(parents=True)
    (project / ".venv/pyvenv.cfg").write_text("")
    pythons = Sandbox(project, is_isolated=False).pythons()
    assert pythons == [project / ".venv/bin/python", Path(sys.executable)]


def test_an_environment_behind_a_link_is_not_the_folder_s(project: Path) -> None:
    (project.parent / "env").mkdir()
    (project.parent / "env/pyvenv.cfg").write_text("")
    (project / ".venv").symlink_to(project.parent / "env")
    assert Sandbox(project, is_isolated=False).pythons() == [Path(sys.executable)]
