# Names for annotations, which MicroPython reads over. Libraries import them where CPython's checkers want them.


class _Anything:
    def __getitem__(self, _):
        return self

    def __call__(self, *args, **_):
        return args[-1] if args else self


_anything = _Anything()
TYPE_CHECKING = False


def cast(_, value):
    return value


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return _anything
