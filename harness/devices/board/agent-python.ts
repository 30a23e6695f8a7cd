// What the puppet runs on a board: what all libraries share, and for each family how a client is made and called. How a call ended is one line of JSON behind a mark that no program prints.

export const PUPPET = `
import json as _hil_json
from binascii import hexlify as _hil_hexlify

def _hil_plain(v):
    if isinstance(v, (bytes, bytearray)):
        return {"hex": _hil_hexlify(v).decode()}
    if isinstance(v, (list, tuple)):
        return [_hil_plain(x) for x in v]
    return v if v is None or isinstance(v, (bool, int, float, str)) else repr(v)

def _hil_tell(outcome):
    print("\\x1e" + _hil_json.dumps(outcome))

def _hil_text(b):
    try:
        s = str(b, "utf-8")
        if all(" " <= c != "\\x7f" for c in s):
            return s
    except UnicodeError:
        pass
    return "".join(chr(c) if 32 <= c < 127 else "\\\\x%02x" % c for c in b)

def _hil_error(e):
    import errno
    args = [errno.errorcode.get(a, a) if isinstance(e, OSError) and isinstance(a, int) else a for a in e.args]
    return "%s(%s)" % (type(e).__name__, ", ".join(a if isinstance(a, str) else repr(a) for a in args))

def _hil_message(topic, payload):
    print("message", _hil_text(topic), _hil_text(payload))
    if _hil_then is not None:
        name, args, kwargs = _hil_then
        print("callback %s returned %r" % (name, getattr(_hil_client, name)(*args, **kwargs)))

_hil_then = None

def _hil_do(act):
    try:
        _hil_tell({"state": "returned", "value": _hil_plain(act())})
    except Exception as e:
        _hil_tell({"state": "raised", "error": {"type": type(e).__name__, "args": _hil_plain(e.args)}})

def _hil_online(ssid, password):
    try:
        import network
    except ImportError:
        return
    import time
    sta = network.WLAN(network.STA_IF)
    sta.active(True)
    if not sta.isconnected():
        sta.connect(ssid, password)
    for _ in range(300):
        if sta.isconnected():
            return
        time.sleep_ms(50)
    raise OSError("no Wi-Fi: %s" % ssid)

def _hil_look(name):
    try:
        getattr(_hil_client, name)()
        _hil_tell({"state": "returned", "value": True})
    except Exception as e:
        print("%s raised %s" % (name, _hil_error(e)))
        _hil_tell({"state": "returned", "value": False})
`

export const UMQTT_PUPPET = `
def _hil_make(module, options):
    global _hil_client
    if options.get("ssl") in ("context", "verify"):
        import ssl
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if options["ssl"] == "verify":
            context.verify_mode = ssl.CERT_REQUIRED
        options["ssl"] = context
    _hil_client = __import__(module, None, None, ("MQTTClient",)).MQTTClient(**options)
    _hil_client.set_callback(_hil_message)

def _hil_set(name, value):
    setattr(_hil_client, name, value)

def _hil_call(name, args, kwargs):
    if name == "set_callback":
        args = [None if args[0] is None else _hil_message]
    act = _hil_set if name == "setattr" else None
    _hil_do(lambda: (act or getattr(_hil_client, name))(*args, **kwargs))
`

/** Also CircuitPython's own boards have what it imports. A callback that a step names stands for one that prints. */
export const MINIMQTT_PUPPET = `
def _hil_heard(client, topic, message):
    _hil_message(topic if isinstance(topic, bytes) else topic.encode(), message if isinstance(message, (bytes, bytearray)) else message.encode())

def _hil_make(module, options):
    global _hil_client
    import socketpool, ssl, wifi
    how = options.get("ssl_context")
    if how:
        context = ssl.create_default_context()
        context.check_hostname = how == "verify"
        context.verify_mode = ssl.CERT_REQUIRED if how == "verify" else ssl.CERT_NONE
        options["ssl_context"] = context
    library = __import__(module, None, None, ("MQTT",))
    _hil_client = library.MQTT(socket_pool=socketpool.SocketPool(wifi.radio), **options)
    _hil_client.on_message = _hil_heard

def _hil_set(name, value):
    if name.startswith("on_") and value is not None:
        value = _hil_heard if name == "on_message" else lambda *_: None
    setattr(_hil_client, name, value)

def _hil_size(msg_size=None):
    if msg_size is None:
        return _hil_client.mqtt_msg
    _hil_client.mqtt_msg = msg_size

def _hil_log(log_pkg, *args, **kwargs):
    _hil_client.enable_logger(log_pkg and __import__("adafruit_logging"), *args, **kwargs)

_hil_own = {"setattr": _hil_set, "getattr": lambda name: getattr(_hil_client, name), "mqtt_msg": _hil_size, "enable_logger": _hil_log}

def _hil_call(name, args, kwargs):
    if name == "add_topic_callback" and len(args) > 1 and args[1] is not None:
        args = [args[0], _hil_heard]
    elif kwargs.get("callback_method") is not None:
        kwargs["callback_method"] = _hil_heard
    _hil_do(lambda: (_hil_own.get(name) or getattr(_hil_client, name))(*args, **kwargs))
`
