"""A backend process that costs little: answers every POST after a delay, any number at a time.

python tests/bench/backend.py SECONDS      prints its URL, serves until standard input closes
"""

from __future__ import annotations

import asyncio
import re
import sys

LENGTH = re.compile(rb"content-length: *([0-9]+)", re.IGNORECASE)
ANSWERS = {b'"event":"ace"': b'{"action":{"name":"continue"}}'}


async def serve(delay: float) -> None:
    """Serve on a free port."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
                )
                body = await reader.readexactly(length)
                answer = next((answer for event, answer in ANSWERS.items() if event in body), b"{}")
                response = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(answer), answer)
                asyncio.get_running_loop().call_later(delay, writer.write, response)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, backlog=4_096)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/voice", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))
