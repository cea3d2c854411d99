"""Files -> one pack, a zip file of equal bytes on every machine.

Nothing is compressed: pictures and sounds are so already, scripts are small, and no two builds of a
compressor agree. Names are sorted, times and permissions are always the same.
"""

import hashlib
import io
import zipfile
from collections.abc import Mapping

from discoscript import __version__
from discoscript.sharing.manifest import NAME, Entry, Manifest, to_bytes

#: The earliest time that a zip file can hold.
_TIME = (1980, 1, 1, 0, 0, 0)


def packed(script: str, files: Mapping[str, bytes]) -> bytes:
    """The pack of some files by their paths, `script` among them."""
    entries = {n: Entry(len(d), hashlib.sha256(d).hexdigest()) for n, d in files.items()}
    manifest = Manifest(script, __version__, entries)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED, allowZip64=False) as archive:
        _add(archive, NAME, to_bytes(manifest))
        for name in sorted(files):
            _add(archive, name, files[name])
    return buffer.getvalue()


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    info = zipfile.ZipInfo(name, _TIME)
    info.create_system = 3  # Unix, wherever it is made
    info.external_attr = 0o100644 << 16
    archive.writestr(info, data)
