"""Pictures from outside, shown without a browser of ours ever asking for one.

Off by default. With ``[web] images = "proxy"`` a picture is fetched here, from public addresses alone,
decoded, made anew without whatever else the file held, and kept for a while. Its address in the inbox
names a stored post and the number of the picture in it, never an address outside: nobody can have
something else fetched.
"""

from monitor.web.pictures.keeping import Pictures, sweep

__all__ = ["Pictures", "sweep"]
