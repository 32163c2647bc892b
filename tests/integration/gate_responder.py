#!/usr/bin/python3
"""What stands behind the gate in the tests: answers with its environment and the body, as JSON. FastCGI on the Unix socket that is named,
or CGI without one."""
import json
import os
import pathlib
import socket
import struct
import sys
import threading

import fcgi_client as fcgi


def answer(pairs, body):
    """`pairs`, since a name may come twice, and then programs differ in which one they see."""
    return b"Status: 200 OK\r\nContent-Type: application/json\r\n\r\n" + json.dumps({"env": pairs, "body": body.decode("latin-1")}).encode()


def exactly(connection, count):
    data = b""
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def pairs_of(data):
    found, at = [], 0
    while at < len(data):
        sizes = []
        for _ in range(2):
            size, width = (data[at], 1) if data[at] < 128 else (struct.unpack_from("!I", data, at)[0] & 0x7FFFFFFF, 4)
            sizes.append(size)
            at += width
        name, value = data[at:at + sizes[0]], data[at + sizes[0]:at + sum(sizes)]
        found.append((name.decode("latin-1"), value.decode("latin-1")))
        at += sum(sizes)
    return found


def serve(connection):
    params, body = b"", b""
    with connection:
        while True:
            _, kind, _, size, padding = struct.unpack("!BBHHBx", exactly(connection, 8))
            content = exactly(connection, size)
            exactly(connection, padding)
            if kind == fcgi.PARAMS:
                params += content
            elif kind == fcgi.STDIN and content:
                body += content
            elif kind == fcgi.STDIN:
                break
        connection.sendall(fcgi.stream(fcgi.STDOUT, answer(pairs_of(params), body)) + fcgi.record(fcgi.END, b"\0" * 8))


def main():
    if len(sys.argv) < 2:
        body = sys.stdin.buffer.read(int(os.environ.get("CONTENT_LENGTH") or 0))
        sys.stdout.buffer.write(answer(sorted((k, os.fsencode(v).decode("latin-1")) for k, v in os.environ.items()), body))
        return
    path = pathlib.Path(sys.argv[1])
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(path))
        path.chmod(0o666)
        listener.listen(64)
        while True:
            threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()


if __name__ == "__main__":
    main()
