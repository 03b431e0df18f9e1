#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the fuzz targets' first inputs from what QEMU 11.1.2 sends: seeds.py FOLDER. With --check it writes nothing and
fails if the folder does not hold exactly these bytes. Inputs that once broke something lie beside them, as regression-*."""

import pathlib
import struct
import sys

JSON = (b'{"capabilities": {"pgsizes": 4096, "max_msg_fds": 16, "max_dma_maps": 65535, "max_data_xfer_size": 1048576, '
        b'"migration": {"max_bitmap_size": 268435456, "pgsize": 4096}, "write_multiple": true}}\0')
TWIN = b'{"capabilities":{"twin_socket":{"supported":true},"max_data_xfer_size":4096}}\0'

VERSION, DMA_MAP, DMA_UNMAP, GET_INFO, REGION_INFO, REGION_IO_FDS, IRQ_INFO, SET_IRQS = range(1, 9)
REGION_READ, REGION_WRITE, DMA_READ, DMA_WRITE, RESET = range(9, 14)
WRITE_MULTI, FEATURE = 15, 16
SHARED, SHRINKABLE, EVENT = 0, 1, 2  # kinds of files
NO_REPLY = 1


def version(json=JSON, major=0):
    return struct.pack("<HH", major, 0) + json


def dma_map(address, size, flags=3, offset=0):
    return struct.pack("<IIQQQ", 32, flags, offset, address, size)


def dma_unmap(address, size, flags=0):
    return struct.pack("<IIQQ", 24, flags, address, size)


def info(index=0, argsz=16, count=0):
    return struct.pack("<IIII", argsz, 0, index, count)


def region_info(index):
    return struct.pack("<IIIIQQ", 32, 0, index, 0, 0, 0)


def set_irqs(flags, index, count=1, start=0):
    return struct.pack("<IIIII", 20, flags, index, start, count)


def access(offset, region, count, data=b""):
    return struct.pack("<QII", offset, region, count) + data


def writes(*entries):
    return struct.pack("<Q", len(entries)) + b"".join(struct.pack("<QIIQ", *entry) for entry in entries)


def sparse():
    return (struct.pack("<IIIIQQ", 88, 15, 0, 32, 0x4000, 0) + struct.pack("<HHI", 1, 1, 0) +
            struct.pack("<II", 2, 0) + struct.pack("<QQQQ", 0, 0x1000, 0x3000, 0x1000))


def on_socket(command, payload, flags=0):
    return struct.pack("<HHIII", 1, command, 16 + len(payload), flags, 0) + payload


# Steps of session_fuzz.cpp.
def message(command, payload=b"", flags=0, files=0, kind=SHARED):
    return struct.pack("<BBBH", files << 3 | kind << 5, command, flags, len(payload)) + payload


def answer(error=False):
    return bytes([3 | (8 if error else 0)])


def device_writes(address, count):
    return struct.pack("<B", 4) + struct.pack("<I", address >> 8)[:3] + bytes([address & 0xff]) + struct.pack("<H", count - 1)


device_reads = device_writes  # of an odd address
LINE_UP, LINE_DOWN, SEND_MESSAGE = bytes([5 | 8 | 16]), bytes([5]), bytes([5 | 32])
WAIT = bytes([6 | 0xf8])

MESSAGES = {
    "version": on_socket(VERSION, version()),
    "version-twin": on_socket(VERSION, version(TWIN)),
    "map": on_socket(DMA_MAP, dma_map(0x100000, 0x1ff00000, offset=0x100000)),
    "unmap": on_socket(DMA_UNMAP, dma_unmap(0xc0000, 0x20000)),
    "device-info": on_socket(GET_INFO, info()),
    "region-info": on_socket(REGION_INFO, region_info(7)),
    "region-info-sparse": on_socket(REGION_INFO, sparse(), 1),
    "set-irqs": on_socket(SET_IRQS, set_irqs(0x24, 0)),
    "read": on_socket(REGION_READ, access(0, 7, 256)),
    "write": on_socket(REGION_WRITE, access(0x10, 0, 4, b"\1\2\3\4"), 0x10),
    "write-multi": on_socket(WRITE_MULTI, writes((0x10, 0, 4, 1), (0x14, 0, 8, 2)), 0x10),
    "dma-write": on_socket(DMA_WRITE, struct.pack("<QQ", 0x1000, 4) + b"abcd"),
    "error": on_socket(DMA_MAP, b"", 0x21),
}

BEGIN = message(VERSION, version())
ATTACH = (BEGIN + message(DMA_MAP, dma_map(0, 0xc0000), files=1) + message(DMA_MAP, dma_map(0xc0000, 0x20000, 1)) +
          message(GET_INFO, info()) + b"".join(message(REGION_INFO, region_info(i)) for i in (0, 1, 2, 3, 4, 5, 7)) +
          message(IRQ_INFO, info(3)) + message(REGION_READ, access(0, 7, 256)) +
          message(REGION_WRITE, access(0x30, 7, 4, b"\0\xf8\xff\xff")) + message(REGION_READ, access(0x3d, 7, 1)) +
          message(SET_IRQS, set_irqs(0x24, 0), files=1, kind=EVENT))

SESSIONS = {
    "attach": ATTACH,
    "reset": ATTACH + message(SET_IRQS, set_irqs(0x21, 0, 0)) + message(RESET) + message(REGION_READ, access(0x3d, 7, 1)),
    "line": ATTACH + LINE_UP + message(REGION_READ, access(0, 0, 4)) + message(SET_IRQS, set_irqs(0x11, 0)) +
            message(REGION_WRITE, access(0, 0, 4, b"\1\0\0\0"), NO_REPLY) + LINE_DOWN + message(SET_IRQS, set_irqs(0x11, 0)),
    "msi": ATTACH + message(SET_IRQS, set_irqs(0x21, 0, 0)) + message(SET_IRQS, set_irqs(0x24, 1), files=1, kind=EVENT) +
           SEND_MESSAGE + message(SET_IRQS, set_irqs(0x21, 1, 0)),
    "remap": ATTACH + message(DMA_UNMAP, dma_unmap(0, 0xc0000)) + message(DMA_MAP, dma_map(0, 0xc0000), files=1) +
             message(DMA_UNMAP, dma_unmap(0, 0, 2)),
    "shared": BEGIN + message(DMA_MAP, dma_map(0, 0x10000), files=1) + device_writes(0x100, 0x1000),
    "shrinkable": BEGIN + message(DMA_MAP, dma_map(0, 0x10000), files=1, kind=SHRINKABLE) + device_writes(0x100, 0x1000),
    "by-message": BEGIN + message(DMA_MAP, dma_map(0, 0x100000)) +
                  message(SET_IRQS, set_irqs(0x24, 1), files=1, kind=EVENT) + device_writes(0x1000, 0x8000) + SEND_MESSAGE +
                  message(REGION_READ, access(0, 0, 4)) + answer() + device_writes(0x2000, 4) +
                  message(DMA_UNMAP, dma_unmap(0, 0x100000)) + answer(error=True),
    "over-a-twin": message(VERSION, version(TWIN)) + message(DMA_MAP, dma_map(0, 0x100000)) +
                   device_writes(0x1000, 0x4000) + answer() + device_reads(0x1001, 0x3000) + answer() + answer(),
    "spanning": BEGIN + message(DMA_MAP, dma_map(0, 0x1000), files=1) + message(DMA_MAP, dma_map(0x1000, 0x1000)) +
                message(DMA_MAP, dma_map(0x2000, 0x1000, offset=0x3000), files=1, kind=SHRINKABLE) +
                device_writes(0x800, 0x2000),
    "posted": BEGIN + message(WRITE_MULTI, writes((0x10, 0, 4, 1), (0x14, 0, 8, 2)), NO_REPLY) + message(RESET),
    "unanswered": BEGIN + message(DMA_MAP, dma_map(0, 0x1000)) + device_writes(0, 4) + WAIT * 8,
    "refused": message(VERSION, version(major=1)),
    "others": BEGIN + message(REGION_IO_FDS, info()) + message(FEATURE, b"\0" * 8) + message(99),
}


def main():
    check = "--check" in sys.argv
    folder = pathlib.Path(next(argument for argument in sys.argv[1:] if not argument.startswith("--")))
    wanted = {f"{kind}/{name}": content for kind, seeds in (("messages", MESSAGES), ("session", SESSIONS))
              for name, content in seeds.items()}
    if not check:
        for name, content in wanted.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        return 0
    there = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*")
             if path.is_file() and path.parent.name in ("messages", "session") and not path.name.startswith("regression-")}
    different = sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))
    for name in different:
        print(f"{folder / name}: not what seeds.py writes")
    return 1 if different else 0


sys.exit(main())
