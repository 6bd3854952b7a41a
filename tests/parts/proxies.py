"""Real reverse proxies that serve the bridge under a path, beside another application."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from tests.parts.ports import answers, free_port
from tests.parts.programs import Program, installed

Kind = Literal["nginx, path cut off", "nginx, path passed on", "caddy"]

_NGINX = """
daemon off; pid {home}/nginx.pid; error_log {home}/nginx.err; worker_processes 1; {user}
events {{}}
http {{
    access_log off;
    client_body_temp_path {home}/body; proxy_temp_path {home}/proxied;
    fastcgi_temp_path {home}/fastcgi; uwsgi_temp_path {home}/uwsgi; scgi_temp_path {home}/scgi;
    server {{
        listen 127.0.0.1:{front};
        location /bridge/ {{ proxy_pass http://127.0.0.1:{back}{tail}; proxy_set_header Host $http_host; }}
        location = /here {{ return 200; }}
        location / {{ return 404 "another application"; }}
    }}
}}
"""
_CADDY = """
{{
    admin off
    auto_https off
}}
http://127.0.0.1:{front} {{
    handle_path /bridge/* {{
        reverse_proxy 127.0.0.1:{back}
    }}
    respond /here 200
    respond "another application" 404
}}
"""


@contextmanager
def under_a_path(kind: Kind, home: Path, back: int) -> Iterator[str]:
    """The address of `/bridge` at a proxy before the bridge at port `back`."""
    front = free_port()
    if kind == "caddy":
        program = installed("caddy")
        (home / "Caddyfile").write_text(_CADDY.format(front=front, back=back))
        command = [program, "run", "--config", home / "Caddyfile", "--adapter", "caddyfile"]
    else:
        program, tail = installed("nginx"), "/" if kind == "nginx, path cut off" else ""
        user = "user root;" if Path("/root").exists() and home.stat().st_uid == 0 else ""
        text = _NGINX.format(home=home, front=front, back=back, tail=tail, user=user)
        (home / "nginx.conf").write_text(text)
        command = [program, "-c", home / "nginx.conf", "-p", home]
    proxy = Program(command, home / "proxy.log", cwd=home, env={"HOME": str(home)})
    proxy.start(lambda: answers(f"http://127.0.0.1:{front}/here"))
    try:
        yield f"http://127.0.0.1:{front}/bridge"
    finally:
        proxy.stop()
