# The old name.

from requests import *
