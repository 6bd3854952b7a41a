"""Which file this is: never the same for a copy, and the same for one file through restarts and reboots.

A number of the device would not do: it changes with each mount of btrfs, NFS and a container's overlay. A number of
the inode alone would not do: the next file created may get that of a deleted one. Its birth is the file's own.
"""

import ctypes
import os
import struct

_EMPTY_PATH = 0x1000  # AT_EMPTY_PATH: the descriptor itself
_BIRTH = 0x800  # STATX_BTIME
_STATX = struct.Struct("<I76xqI")  # stx_mask, then stx_btime at byte 80: see statx(2)


def file_identity(descriptor: int) -> str:
    """`<inode> <birth in ns>`; on a file system that keeps no birth times `<inode> <file system>`."""
    inode = os.fstat(descriptor).st_ino
    birth = _birth(descriptor)
    return f"{inode} born {birth}" if birth else f"{inode} on {os.fstatvfs(descriptor).f_fsid}"


def _birth(descriptor: int) -> int:
    """Nanoseconds since the epoch; 0 where that is not known. Python cannot ask for it."""
    answer = ctypes.create_string_buffer(256)
    try:
        statx = ctypes.CDLL(None).statx
    except (OSError, AttributeError):
        return 0
    if statx(descriptor, b"", _EMPTY_PATH, _BIRTH, answer):
        return 0
    mask, seconds, nanoseconds = _STATX.unpack_from(answer)
    return int(seconds) * 1_000_000_000 + int(nanoseconds) if mask & _BIRTH else 0
