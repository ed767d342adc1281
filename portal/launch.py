"""What ./start and ./check do. Standard library only: it runs before anything is installed.

./start   virtual environment, pinned packages, keys, database, demonstration county; then web server and worker.
./check   the same environment with the development packages; then the tests.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# CI names a fresh one; everybody else has it beside the code.
VENV = Path(os.environ.get("PORTAL_VENV", ROOT / ".venv"))
PYTHON = VENV / "bin" / "python"
ENV_FILE = ROOT / "var" / "env"
STATIC_STAMP = ROOT / "staticfiles" / ".stamp"
GRACE_SECONDS = 15


def say(chinese: str, english: str) -> None:
    """Tell the operator, in both languages."""
    sys.stdout.write(f"{chinese}\n  {english}\n")
    sys.stdout.flush()


def stop(chinese: str, english: str, code: int = 2):
    """Tell why it cannot go on, in both languages, and exit with ``code``."""
    sys.stderr.write(f"{chinese}\n{english}\n")
    sys.exit(code)


# --- environment -----------------------------------------------------------------------------------------------------


def make_venv() -> None:
    """The virtual environment of this checkout, made anew when its Python is gone or too old."""
    if PYTHON.exists():
        probe = [PYTHON, "-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))"]
        if subprocess.run(probe, capture_output=True).returncode == 0:
            return
        shutil.rmtree(VENV)
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        stop(
            f"这台机器的 Python 缺少 venv 模块。Debian/Ubuntu 请先运行：apt install python{version}-venv",
            f"This Python has no venv module. On Debian/Ubuntu run first: apt install python{version}-venv",
        )
    say("正在建立虚拟环境 .venv …", "Creating the virtual environment .venv")
    venv.create(VENV, with_pip=True)


def digest(*names: str) -> str:
    """Fingerprint of these files and the Python version: what the environment was made from."""
    found = hashlib.sha256(str(sys.version_info[:2]).encode())
    for name in names:
        found.update((ROOT / name).read_bytes())
    return found.hexdigest()


def install(requirements: str, *also: str) -> None:
    """Install the pinned packages, unless exactly these were installed before."""
    stamp = VENV / f".{requirements}.sha256"
    wanted = digest(requirements, *also)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say(
        f"正在安装 {requirements} 中的软件包，首次约需一两分钟 …",
        f"Installing the packages of {requirements}; the first time takes a minute or two",
    )
    pip = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--quiet",
        "--requirement",
        ROOT / requirements,
    ]
    if subprocess.run(pip).returncode:
        stop(
            "软件包没有装好，请检查网络（或设置 PIP_INDEX_URL 为单位内部镜像）后重试。",
            "Packages could not be installed. Check the network (or set PIP_INDEX_URL to a mirror) and try again.",
            1,
        )
    stamp.write_text(wanted)


def write_keys() -> None:
    """SECRET_KEY and the keys of personal data, once, readable by this account only. Losing them loses the data."""
    text = ENV_FILE.read_text(encoding="utf-8") if ENV_FILE.exists() else ""
    held = {line.split("=", 1)[0].strip() for line in text.splitlines() if "=" in line} | set(os.environ)
    made = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_KEYS": "k1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "FIELD_INDEX_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    missing = {name: value for name, value in made.items() if name not in held}
    if not missing:
        return
    ENV_FILE.parent.mkdir(exist_ok=True)
    lines = "".join(f"{name}={value}\n" for name, value in missing.items())
    with os.fdopen(os.open(ENV_FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
        file.write(("\n" if text and not text.endswith("\n") else "") + lines)
    ENV_FILE.chmod(0o600)
    say("已生成密钥 var/env，请妥善备份。", "Keys were written to var/env: back this file up safely.")


def manage(*args: str) -> None:
    """Run a management command; its failure is ours."""
    code = subprocess.run([PYTHON, ROOT / "manage.py", *args], cwd=ROOT).returncode
    if code:
        sys.exit(code)


def collect_static() -> None:
    """Gather and compress static files, unless nothing they are made from has changed."""
    found = hashlib.sha256(digest("requirements.txt").encode())
    for path in sorted(ROOT.glob("*/static/**/*")):
        if path.is_file():
            facts = path.stat()
            found.update(f"{path.relative_to(ROOT)} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    if STATIC_STAMP.exists() and STATIC_STAMP.read_text() == found.hexdigest():
        return
    say("正在整理静态文件 …", "Collecting static files")
    manage("collectstatic", "--noinput", "--verbosity", "0")
    STATIC_STAMP.write_text(found.hexdigest())


# --- serving ---------------------------------------------------------------------------------------------------------


def port_is_free(port: int) -> bool:
    """Can a server listen on this port of this machine?"""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def wait_until_up(port: int, web: subprocess.Popen) -> bool:
    """Wait for the web process to answer; False when it ended instead."""
    for _attempt in range(300):
        if web.poll() is not None:
            return False
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            time.sleep(0.1)
    return False


def end(children: list[subprocess.Popen]) -> None:
    """Ask all to stop, wait for the running job, then insist. A job cut off is taken back at the next start."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def serve(port: int) -> int:
    """Web server and worker until Ctrl-C, SIGTERM, or until one of them dies."""
    web = [PYTHON, "-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4",
           "--timeout", "120", "--graceful-timeout", "10", "--log-level", "warning"]  # fmt: skip
    asked = []
    signal.signal(signal.SIGTERM, lambda *_: asked.append("term"))
    signal.signal(signal.SIGINT, lambda *_: asked.append("int"))
    # Own sessions: Ctrl-C reaches only us, and we stop them in order.
    children = [
        subprocess.Popen(command, cwd=ROOT, start_new_session=True)
        for command in (web, [PYTHON, ROOT / "manage.py", "worker"])
    ]
    try:
        if wait_until_up(port, children[0]):
            say(
                f"平台已启动：http://127.0.0.1:{port}/ （Ctrl-C 停止）",
                f"Serving at http://127.0.0.1:{port}/ (Ctrl-C stops)",
            )
        while not asked and all(child.poll() is None for child in children):
            time.sleep(0.2)
    finally:
        end(children)
    if asked:
        say("已停止。", "Stopped.")
        return 0
    say("网站或后台程序意外退出，已全部停止，详见上面的输出。", "Web server or worker ended unexpectedly; see above.")
    return 1


# --- the two commands ------------------------------------------------------------------------------------------------


def start(args: list[str]) -> int:
    """``./start``: environment, database, demonstration county, worker and web."""
    parser = argparse.ArgumentParser(prog="./start", description="Prepare the portal and serve it on this machine.")
    parser.add_argument("--port", type=int, default=8000, help="port on 127.0.0.1 (8000)")
    parser.add_argument("--empty", action="store_true", help="no demonstration county: three administrators only")
    parser.add_argument("--no-serve", action="store_true", help="prepare and exit")
    wanted = parser.parse_args(args)
    if not wanted.no_serve and not port_is_free(wanted.port):
        stop(
            f"端口 {wanted.port} 已被占用，可能平台已在运行。换一个端口：./start --port {wanted.port + 1}",
            f"Port {wanted.port} is in use, perhaps by this portal. Choose another: ./start --port {wanted.port + 1}",
            1,
        )
    make_venv()
    install("requirements.txt")
    write_keys()
    collect_static()
    manage("prepare", *(["--empty"] if wanted.empty else []))
    return 0 if wanted.no_serve else serve(wanted.port)


def check(args: list[str]) -> int:
    """``./check``: the whole test suite with the development packages."""
    make_venv()
    install("requirements-dev.txt", "requirements.txt")
    both_cores = [] if any(arg.startswith(("-n", "--numprocesses")) for arg in args) else ["-n", "2"]
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), "-m", "pytest", *both_cores, *args])  # noqa: S606


if __name__ == "__main__":
    sys.exit({"start": start, "check": check}[sys.argv[1]](sys.argv[2:]))
