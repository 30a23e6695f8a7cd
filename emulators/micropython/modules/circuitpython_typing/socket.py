# The types of sockets: names for annotations only.

from typing import __getattr__
