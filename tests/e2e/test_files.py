"""The files API, through the official client and by hand."""

import json
import os
from pathlib import Path
from typing import Any

import openai
import pytest

from tests.e2e.conftest import Running, Start
from trinity.config import ServerConfig
from trinity.errors import ConfigError
from trinity.server.app import create_app
from trinity.server.keys import Scope, create_key

LINE = b'{"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": {}}\n'


@pytest.fixture
def server(start: Start, tmp_path: Path) -> Running:
    return start(data_dir=str(tmp_path / "data"))


def upload(server: Running, content: bytes = LINE, name: str = "in.jsonl") -> Any:
    return server.client.files.create(file=(name, content), purpose="batch")


def kept(tmp_path: Path) -> list[str]:
    """Names of all that lies in the directory of files."""
    return sorted(path.name for path in (tmp_path / "data/files").iterdir())


def test_a_file_comes_back_as_it_was(server: Running, tmp_path: Path) -> None:
    content = os.urandom(300_000) + b"\r\n--boundary--\r\n\n\n\0"
    file = upload(server, content, "na\u00efve name.jsonl")
    assert file.id.startswith("file-")
    assert (file.bytes, file.purpose, file.object) == (len(content), "batch", "file")
    assert file.filename == "na\u00efve name.jsonl"
    assert server.client.files.content(file.id).content == content
    assert server.client.files.retrieve(file.id) == file
    assert server.client.files.list().data == [file]
    for path in (tmp_path / "data").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
    gone = server.client.files.delete(file.id)
    assert (gone.id, gone.deleted) == (file.id, True)
    assert kept(tmp_path) == []
    with pytest.raises(openai.NotFoundError):
        server.client.files.content(file.id)


def test_an_empty_file_is_kept(server: Running) -> None:
    assert upload(server, b"").bytes == 0


def test_content_is_never_a_page(server: Running) -> None:
    file = upload(server, b"<script>alert(1)</script>", "x.html")
    answer = server.http.get(f"/v1/files/{file.id}/content")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("attachment")


def test_names_are_not_paths(server: Running, tmp_path: Path) -> None:
    for name in ("../../evil", "/etc/passwd", "a\\b", "x" * 2000, "\u202egpj.x"):
        file = upload(server, LINE, name)
        assert f"{file.id}.data" in kept(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"data"}
    for path in ("/v1/files/..%2f..%2fdata", "/v1/files/.lock", "/v1/files/%00"):
        assert server.http.get(path).status_code == 404


def test_lists_are_paged(server: Running) -> None:
    ids = [upload(server).id for _ in range(5)]
    newest_first = [file.id for file in server.client.files.list(limit=2)]
    assert newest_first == ids[::-1]
    oldest = server.client.files.list(limit=3, order="asc")
    assert [file.id for file in oldest.data] == ids[:3]
    assert oldest.has_more
    assert server.client.files.list(purpose="vision").data == []
    for query in ("limit=0", "limit=x", "limit=10001", "order=up", "after=file-0", "more=1"):
        answer = server.http.get(f"/v1/files?{query}")
        assert answer.status_code == 400
        assert answer.json()["error"]["param"] == query.partition("=")[0]


def test_files_outlive_the_server(tmp_path: Path) -> None:
    from tests.e2e.conftest import starter

    for attempt in range(2):
        with starter() as start:
            server = start(data_dir=str(tmp_path / "data"))
            if attempt == 0:
                file = upload(server)
            else:
                assert server.client.files.list().data == [file]
                assert server.client.files.content(file.id).content == LINE


def form(*fields: tuple[str, str | None, bytes], end: bytes = b"--XX--\r\n") -> bytes:
    body = b""
    for name, filename, content in fields:
        disposition = f'form-data; name="{name}"'
        if filename is not None:
            disposition += f'; filename="{filename}"'
        body += b"--XX\r\nContent-Disposition: " + disposition.encode() + b"\r\n\r\n"
        body += content + b"\r\n"
    return body + end


FILE = ("file", "a.jsonl", LINE)
PURPOSE = ("purpose", None, b"batch")


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (form(FILE), 400, "has no 'purpose'"),
        (form(PURPOSE), 400, "has no 'file'"),
        (form(("purpose", None, b"vision"), FILE), 400, "purpose is 'vision'"),
        (form(("purpose", None, b"x" * 2000), FILE), 400, "longer than 1024 bytes"),
        (form(PURPOSE, PURPOSE, FILE), 400, "gives 'purpose' twice"),
        (form(PURPOSE, FILE, FILE), 400, "gives 'file' twice"),
        (form(PURPOSE, ("file", None, b"x")), 400, "must be a file"),
        (form(("expires_after[seconds]", None, b"9"), PURPOSE, FILE), 400, "is not supported"),
        (form(PURPOSE, FILE, end=b""), 400, "before its last boundary"),
        (form(PURPOSE, FILE, end=b"--XX"), 400, "before its last boundary"),
        (b"", 400, "before its last boundary"),
        (form(PURPOSE, ("file", "a", b"x" * 2001)), 413, "larger than the 2,000 bytes"),
    ],
)
def test_bad_forms_leave_nothing(
    start_shared: Start,
    tmp_path_factory: pytest.TempPathFactory,
    body: bytes,
    status: int,
    said: str,
) -> None:
    data = tmp_path_factory.getbasetemp() / "bad-forms"
    server = start_shared(data_dir=str(data), max_file_bytes=2000)
    headers = {"content-type": "multipart/form-data; boundary=XX"}
    answer = server.http.post("/v1/files", content=body, headers=headers)
    assert answer.status_code == status
    assert said in answer.json()["error"]["message"]
    assert list((data / "files").iterdir()) == []
    assert server.app.state.service.offline.files.used_bytes == 0
    good = server.http.post("/v1/files", content=form(FILE, PURPOSE), headers=headers)
    assert good.is_success
    assert server.http.delete(f"/v1/files/{good.json()['id']}").is_success


@pytest.mark.parametrize(
    "kind",
    ["", "application/json", "multipart/form-data", "multipart/form-data; boundary=" + "x" * 71],
)
def test_other_content_types(server: Running, kind: str) -> None:
    answer = server.http.post("/v1/files", content=form(FILE), headers={"content-type": kind})
    assert answer.status_code == 415


def test_a_sender_who_leaves_leaves_nothing(server: Running, tmp_path: Path) -> None:
    from tests.e2e.conftest import until

    with server.connect() as connection:
        connection.sendall(
            b"POST /v1/files HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n"
            b"Content-Type: multipart/form-data; boundary=XX\r\n\r\n" + form(FILE, end=b"")
        )
        until(lambda: kept(tmp_path))
    until(lambda: not kept(tmp_path))
    assert server.app.state.service.offline.files.used_bytes == 0


def test_a_form_announced_too_large_is_not_read(start: Start, tmp_path: Path) -> None:
    server = start(data_dir=str(tmp_path), max_file_bytes=2000)
    with server.connect() as connection:
        connection.sendall(
            b"POST /v1/files HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999\r\n"
            b"Content-Type: multipart/form-data; boundary=XX\r\n\r\n"
        )
        head = connection.recv(4096)
    assert head.startswith(b"HTTP/1.1 413")
    assert b"connection: close" in head.lower()


def test_there_is_room_for_so_many_files_and_bytes(start: Start, tmp_path: Path) -> None:
    server = start(data_dir=str(tmp_path), max_files=2, max_stored_bytes=100)
    first = upload(server, b"x" * 60)
    with pytest.raises(openai.BadRequestError, match="at most 100 bytes"):
        upload(server, b"x" * 41)
    upload(server, b"x" * 40)
    with pytest.raises(openai.BadRequestError, match="keeps 2 files"):
        upload(server, b"")
    server.client.files.delete(first.id)
    assert upload(server, b"x" * 60).bytes == 60


def test_files_are_their_owners(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    names = {
        name: create_key(path, name, scopes)
        for name, scopes in {
            "one": (Scope.BATCH,),
            "two": (Scope.BATCH,),
            "ops": (Scope.BATCH, Scope.ADMIN),
        }.items()
    }
    server = start(key_file=str(path), data_dir=str(tmp_path / "data"))
    clients = {name: server.client.with_options(api_key=key) for name, key in names.items()}
    file = clients["one"].files.create(file=("a", LINE), purpose="batch")
    assert clients["one"].files.list().data == clients["ops"].files.list().data == [file]
    assert clients["two"].files.list().data == []
    for call in ("retrieve", "content", "delete"):
        with pytest.raises(openai.NotFoundError):
            getattr(clients["two"].files, call)(file.id)
    with pytest.raises(openai.NotFoundError):
        clients["two"].batches.create(
            input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
        )
    assert clients["ops"].files.delete(file.id).deleted


def test_without_a_directory_the_answer_says_what_to_do(start: Start) -> None:
    server = start()
    for method, path in (("GET", "/v1/files"), ("POST", "/v1/batches"), ("GET", "/v1/batches/x")):
        answer = server.http.request(method, path)
        assert answer.status_code == 501
        assert "--data-dir" in answer.json()["error"]["message"]


def test_what_a_crash_leaves_is_cleared_away(start: Start, tmp_path: Path) -> None:
    folder = tmp_path / "data/files"
    folder.mkdir(parents=True)
    whole = {"owner": "", "filename": "a", "purpose": "batch", "bytes": 4, "created_at": 1.5}
    (folder / "file-1.json").write_text(json.dumps({"id": "file-1", **whole}))
    (folder / "file-1.data").write_bytes(b"kept")
    (folder / "file-2.json").write_text(json.dumps({"id": "file-2", **whole}))
    (folder / "file-3.data").write_bytes(b"nobody's")
    (folder / "abc.part").write_bytes(b"half")
    (folder / ".file-4.json.00ff").write_bytes(b"{")
    server = start(data_dir=str(tmp_path / "data"))
    assert kept(tmp_path) == ["file-1.data", "file-1.json"]
    assert server.client.files.content("file-1").content == b"kept"


def test_a_directory_that_cannot_be_used_is_one_sentence(server: Running, tmp_path: Path) -> None:
    llm: Any = server.llm
    with pytest.raises(ConfigError, match="Another server uses the directory"):
        create_app(llm, ServerConfig(data_dir=str(tmp_path / "data")))
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be used: "):
        create_app(llm, ServerConfig(data_dir=str(tmp_path / "file/x")))
    folder = tmp_path / "other/files"
    folder.mkdir(parents=True)
    for text in ("{", '{"id": "file-9"}', "[]"):
        (folder / "file-1.json").write_text(text)
        (folder / "file-1.data").write_bytes(b"")
        with pytest.raises(ConfigError, match=r"file-1\.json is damaged"):
            create_app(llm, ServerConfig(data_dir=str(tmp_path / "other")))
