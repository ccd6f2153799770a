"""A small HTTP/1.1 server, with TLS when given a certificate, that behaves as its paths say.

usage: tls_server.py PORT_FILE [CERTIFICATE KEY]
"""

import gzip
import http.server
import json
import os
import socket
import socketserver
import ssl
import sys
import threading
import time

counts = {"accepted": 0, "open": 0, "requests": 0}
lock = threading.Lock()
barriers = {}


def count(name, by):
    with lock:
        counts[name] += by


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def begin(self, *headers):
        self.send_response(200)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()

    def cut(self):
        """Ends the connection without TLS's farewell."""
        self.wfile.flush()
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def handle_any(self):
        count("requests", 1)
        path, _, argument = self.path.partition("?")
        length = int(self.headers.get("Content-Length") or 0)
        self.received = self.rfile.read(length)
        getattr(self, "path_" + path.strip("/").replace("-", "_"))(argument)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = handle_any

    def path_ok(self, _):
        self.answer(200, "xin chào".encode(), X_Thing="  first ", Content_Type="text/plain")

    def path_counts(self, _):
        self.answer(200, json.dumps(counts).encode())

    def path_echo(self, _):
        told = {"method": self.command, "path": self.path, "headers": self.headers.items(),
                "body": self.received.hex()}
        self.answer(200, json.dumps(told).encode())

    def path_redirect(self, _):
        self.answer(302, Location="/ok")

    def path_status(self, argument):
        self.answer(int(argument))

    def path_big(self, argument):
        self.answer(200, b"x" * int(argument))

    def path_chunked(self, argument):
        self.begin(("Transfer-Encoding", "chunked"))
        for _ in range(int(argument) // 1000):
            self.chunk(b"x" * 1000)
        self.chunk(b"")

    def path_gzip(self, argument):
        self.answer(200, gzip.compress(b"0" * int(argument)), Content_Encoding="gzip")

    def path_headers(self, argument):
        self.begin(*[("X-Fill", "y" * 1000)] * (int(argument) // 1000), ("Content-Length", "0"))

    def path_interim(self, _):
        self.wfile.write(b"HTTP/1.1 103 Early Hints\r\nX-Thing: early\r\n\r\n")
        self.answer(200, b"late", X_Thing="late")

    def path_trailers(self, _):
        self.begin(("Transfer-Encoding", "chunked"), ("Trailer", "X-Thing"))
        self.chunk(b"body")
        self.wfile.write(b"0\r\nX-Thing: trailer\r\n\r\n")

    def path_drip(self, _):
        self.begin(("Content-Length", "100000"))
        for _ in range(1200):
            self.wfile.write(b"x")
            time.sleep(0.05)

    def path_slow(self, argument):
        time.sleep(int(argument) / 1000)
        self.answer(200, b"at last")

    def path_together(self, argument):
        """Answers when so many ask at the same time."""
        with lock:
            barrier = barriers.setdefault(argument, threading.Barrier(int(argument)))
        barrier.wait(30)
        self.answer(200, b"all here")

    def path_cut(self, _):
        self.begin(("Content-Length", "1000"))
        self.wfile.write(b"0123456789")
        self.cut()

    def path_cut_chunked(self, _):
        self.begin(("Transfer-Encoding", "chunked"))
        self.chunk(b"0123456789")
        self.cut()

    def path_cut_unmeasured(self, _):
        self.begin(("Connection", "close"))
        self.wfile.write(b"0123456789")
        self.cut()

    def path_silent(self, _):
        self.cut()

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 128
    context = None

    def process_request_thread(self, request, client_address):
        count("accepted", 1)
        count("open", 1)
        try:
            if self.context:
                request = self.context.wrap_socket(request, server_side=True)
            self.finish_request(request, client_address)
        except OSError:
            pass
        finally:
            self.shutdown_request(request)
            count("open", -1)


server = Server(("127.0.0.1", 0), Handler)
if len(sys.argv) > 2:
    server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.context.load_cert_chain(sys.argv[2], sys.argv[3])
    if len(sys.argv) > 4:
        server.context.minimum_version = ssl.TLSVersion.TLSv1
        server.context.maximum_version = getattr(ssl.TLSVersion, sys.argv[4])
        server.context.set_ciphers("ALL:@SECLEVEL=0")
with open(sys.argv[1] + ".new", "w") as port_file:
    port_file.write(str(server.server_port))
os.rename(sys.argv[1] + ".new", sys.argv[1])
server.serve_forever()
