# Sensors of the chip itself, its non-volatile storage (NVS) and the table of its partitions.

import json

WAKEUP_ALL_LOW = False
WAKEUP_ANY_HIGH = True
HEAP_DATA = 4
HEAP_EXEC = 1


def raw_temperature():
    return 128


def mcu_temperature():
    return 53


def hall_sensor():
    return 0


def wake_on_ext0(*_, **__):
    pass


def wake_on_ext1(*_, **__):
    pass


def idf_heap_info(_capabilities):
    return []


_NVS_FILE = "/.nvs"
_NOT_FOUND = OSError(-4354, "ESP_ERR_NVS_NOT_FOUND")


def _stored():
    try:
        with open(_NVS_FILE) as file:
            return json.load(file)
    except OSError:
        return {}


class NVS:
    """Outlives resets and power cuts. As in ESP-IDF a value is on flash when it is set; commit() has nothing left to do.

    Keys and names of namespaces have 15 characters at most. A number and a blob of one key are two entries.
    """

    def __init__(self, namespace):
        self._namespace = _key(namespace)

    def set_i32(self, key, value):
        if not -0x80000000 <= value <= 0x7FFFFFFF:
            raise OverflowError("overflow converting long int to machine word")
        self._set("i" + _key(key), value)

    def get_i32(self, key):
        return self._get("i" + _key(key))

    def set_blob(self, key, value):
        data = value.encode() if isinstance(value, str) else bytes(value)
        self._set("b" + _key(key), "".join("%02x" % byte for byte in data))

    def get_blob(self, key, buffer):
        text = self._get("b" + _key(key))
        if len(buffer) < len(text) // 2:
            raise OSError(-4364, "ESP_ERR_NVS_INVALID_LENGTH")
        for i in range(0, len(text), 2):
            buffer[i // 2] = int(text[i : i + 2], 16)
        return len(text) // 2

    def erase_key(self, key):
        stored = _stored()
        own = stored.get(self._namespace, {})
        found = [kind + key for kind in "ib" if kind + key in own]
        if not found:
            raise _NOT_FOUND
        for name in found:
            del own[name]
        _store(stored)

    def commit(self):
        pass

    def _get(self, name):
        own = _stored().get(self._namespace, {})
        if name not in own:
            raise _NOT_FOUND
        return own[name]

    def _set(self, name, value):
        stored = _stored()
        stored.setdefault(self._namespace, {})[name] = value
        _store(stored)


def _store(stored):
    with open(_NVS_FILE, "w") as file:
        json.dump(stored, file)


def _key(text):
    if len(text) > 15:
        raise OSError(-4361, "ESP_ERR_NVS_KEY_TOO_LONG")
    return text


# As MicroPython's partitions-4MiB.csv: type, subtype, address, size, label, encrypted.
_TABLE = (
    (1, 2, 0x9000, 0x6000, "nvs", False),
    (1, 1, 0xF000, 0x1000, "phy_init", False),
    (0, 0, 0x10000, 0x1F0000, "factory", False),
    (1, 129, 0x200000, 0x200000, "vfs", False),
)


class Partition:
    """The table of a board without a second image: what it would be updated to is not found. Blocks cannot be read here."""

    BOOT = 0
    RUNNING = 1
    TYPE_APP = 0
    TYPE_DATA = 1

    def __init__(self, which, block_size=4096):
        label = "factory" if which in (Partition.BOOT, Partition.RUNNING) else which
        found = [row for row in _TABLE if row[4] == label]
        if not found:
            raise OSError(2)
        self._row = found[0]

    @classmethod
    def find(cls, type=0, subtype=0xFF, label=None, block_size=4096):
        return [
            cls(row[4])
            for row in _TABLE
            if row[0] == type and subtype in (0xFF, row[1]) and label in (None, row[4])
        ]

    def info(self):
        return self._row

    def get_next_update(self):
        raise OSError(-261, "ESP_ERR_NOT_FOUND")
