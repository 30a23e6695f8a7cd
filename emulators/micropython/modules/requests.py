# HTTP. The board's only network is its link to a broker: a web server is as far as without a gateway.

_EHOSTUNREACH = 113


def request(method, url, *_, **__):
    raise OSError(_EHOSTUNREACH)


def get(url, **_):
    return request("GET", url)


head = post = put = patch = delete = get
