# TLS over a socket that is connected already. Like MicroPython, it verifies nothing unless the
# context says so; then the authority is the harness's own, whatever the program has loaded.

import _hil
from _board import ask

CERT_NONE = 0
CERT_OPTIONAL = 1
CERT_REQUIRED = 2
PROTOCOL_TLS_CLIENT = 0
PROTOCOL_TLS_SERVER = 1


class SSLContext:
    def __init__(self, protocol=PROTOCOL_TLS_CLIENT):
        self.verify_mode = CERT_NONE
        self.check_hostname = False

    def load_verify_locations(self, cafile=None, cadata=None):
        pass

    def load_cert_chain(self, certfile, keyfile=None):
        pass

    def wrap_socket(self, sock, *, server_side=False, do_handshake_on_connect=True, server_hostname=None):
        if isinstance(server_hostname, (bytes, bytearray)):
            server_hostname = server_hostname.decode()
        # CircuitPython wraps first and connects then, with the handshake as a part of it.
        later = getattr(sock, "_secure_later", None)
        if later is not None and later(self, server_hostname):
            return sock
        ask(_hil.wrap, sock._handle, server_hostname, self.verify_mode == CERT_REQUIRED)
        return sock


def create_default_context():
    return SSLContext(PROTOCOL_TLS_CLIENT)


def wrap_socket(sock, server_side=False, key=None, cert=None, cert_reqs=CERT_NONE, cadata=None, server_hostname=None, do_handshake=True):
    context = SSLContext()
    context.verify_mode = cert_reqs
    return context.wrap_socket(sock, server_hostname=server_hostname)
