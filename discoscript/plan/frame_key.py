"""FrameJob -> frame key: the name under which the store knows a frame.

The key is the hash of everything that can change the picture and of nothing else: the job, the
renderer's identity, and the *output* digest of the frame it starts from. So a frame that is
rendered again and comes out equal leaves the keys after it as they are.
"""

import hashlib

from discoscript.plan.canonical import canonical
from discoscript_engine.identity import Identity
from discoscript_engine.job import PictureJob

#: Raised when the meaning of a key changes; every stored frame is then rendered again.
SCHEMA = 1

#: Stands for the predecessor's digest where a segment starts.
CUT = "CUT"


def frame_key(job: PictureJob, identity: Identity, *previous: str) -> str:
    """64 hexadecimal digits. `previous` are the output digests of the pictures that it is made of,
    or `CUT`."""
    asked = canonical((SCHEMA, identity, job, *previous))
    return hashlib.sha256(b"disco-frame\0" + asked).hexdigest()


def partial_key(key: str, done: int) -> str:
    """What the store knows the picture of a frame after `done` steps by; `key` is the frame's."""
    return hashlib.sha256(b"disco-partial\0" + canonical((SCHEMA, key, done))).hexdigest()
