"""Clusters that misbehave: a port that refuses, one that never answers, one that answers nonsense."""
import socket
import ssl
import threading


def refused_port():
    """A port that nobody listens on, held so that nobody will. Returns (socket, port)."""
    held = socket.socket()
    held.bind(("127.0.0.1", 0))
    return held, held.getsockname()[1]


class BlackHole:
    """Takes connections and never says a word."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]

    def close(self):
        self.listener.close()


class Scripted:
    """Answers every connection with the same bytes, inside TLS where a certificate is given."""

    def __init__(self, answer, certificate=None, key=None):
        self.answer, self.requests = answer, []
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate, key)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection):
        try:
            connection.settimeout(20)
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            with connection:
                self.requests.append(connection.recv(65536))
                connection.sendall(self.answer)
        except OSError:
            pass

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
