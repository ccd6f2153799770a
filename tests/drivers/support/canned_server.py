"""An HTTP/1.1 server that answers every POST with what it was given last.

usage: canned_server.py PORT_FILE

PUT /answer?status=200&hold=0 gives it the body; with hold=1 answers wait for PUT /release. With
status=0 the connection is cut after half of the body. GET /seen tells the requests since the start.
"""

import http.server
import json
import os
import socket
import socketserver
import sys
import threading
import urllib.parse

lock = threading.Condition()
answer = {"status": 200, "body": b"", "hold": False}
seen = []


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        body = self.received()
        with lock:
            seen.append({"path": self.path, "headers": dict(self.headers.items()), "body": body.decode()})
            now = dict(answer)
            if now["hold"]:
                lock.wait_for(lambda: not answer["hold"])
        if now["status"]:
            return self.reply(now["status"], now["body"])
        self.send_response(200)
        self.send_header("Content-Length", str(len(now["body"])))
        self.end_headers()
        self.wfile.write(now["body"][:len(now["body"]) // 2])
        self.wfile.flush()
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def do_PUT(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        body = self.received()
        with lock:
            answer["hold"] = query.get("hold") == "1"
            if url.path == "/answer":
                answer.update(status=int(query["status"]), body=body)
            lock.notify_all()
        self.reply(200, b"")

    def do_GET(self):
        with lock:
            if self.path != "/seen":  # nothing may be fetched from here
                seen.append({"path": self.path, "headers": {}, "body": ""})
            told = json.dumps(seen, ensure_ascii=False).encode()
        self.reply(200, told)

    def received(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def reply(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            pass  # whoever asked has gone

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 128


server = Server(("127.0.0.1", 0), Handler)
with open(sys.argv[1] + ".new", "w") as port_file:
    port_file.write(str(server.server_port))
os.rename(sys.argv[1] + ".new", sys.argv[1])
server.serve_forever()
