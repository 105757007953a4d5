# SPDX-License-Identifier: GPL-2.0-or-later
"""The stack that the BPF program needs, as Linux 6.1 counts it: each function of a chain of calls takes
a multiple of 32 bytes, all together at most 512. Later kernels count less, so that a program that
exceeds the limit would load here and not there."""

import struct

from tests.support.laboratory import BUILD

LIMIT_BYTES = 512
SPARE_BYTES = 32  # beside the MAC of a signed advert, so that a new variable is not the one too many
FRAME_UNIT = 32
CALL, LOAD_64, ADD_IMMEDIATE, MOVE = 0x85, 0x18, 0x07, 0xBF
FUNCTION, TEXT_FLAG = 2, 4
R10 = 10


class Object:
    """The functions of an ELF file of BPF: (section, offset) -> name, bytes of stack, callees."""

    def __init__(self, path):
        self.data = path.read_bytes()
        offset, = struct.unpack_from("<Q", self.data, 40)
        _, count, names = struct.unpack_from("<HHH", self.data, 58)
        self.sections = [struct.unpack_from("<IIQQQQIIQQ", self.data, offset + 64 * index) for index in range(count)]
        self.symbols = [symbol for section in self.sections if section[1] == 2
                        for symbol in struct.iter_unpack("<IBBHQQ", self.content(section))]
        self.relocations = {(section[7], where): self.symbols[info >> 32] for section in self.sections
                            if section[1] == 9 for where, info in struct.iter_unpack("<QQ", self.content(section))}
        strings = next(section for section in self.sections if section[1] == 3)
        self.functions = {(symbol[3], symbol[4]): self.read(symbol, strings) for symbol in self.symbols
                          if symbol[1] & 15 == FUNCTION}

    def content(self, section):
        return self.data[section[4]:section[4] + section[5]]

    def read(self, symbol, strings):
        name, _, _, section, start, size = symbol
        label = self.content(strings)[name:].split(b"\0", 1)[0].decode()
        code = self.content(self.sections[section])
        deepest, callees, copies = 0, [], set()
        for at in range(start, start + size, 8):
            opcode, registers, offset, immediate = struct.unpack_from("<BBhi", code, at)
            target, source = registers & 15, registers >> 4
            if opcode & 7 == 1 and source == R10 or opcode & 7 in (2, 3) and target == R10:
                deepest = max(deepest, -offset)
            elif opcode == ADD_IMMEDIATE and target in copies:
                deepest = max(deepest, -immediate)
            if opcode & 7 in (1, 4, 7):
                copies.discard(target)
            if opcode == MOVE and source == R10:
                copies.add(target)
            callees += self.callee(section, at, opcode, source, immediate)
        return label, deepest, callees

    def callee(self, section, at, opcode, source, immediate):
        """Of a call of a function, and of a load of a callback's address."""
        symbol = self.relocations.get((section, at))
        if opcode == CALL and source == 1 and not symbol:
            return [(section, at + 8 * (immediate + 1))]
        if not symbol or opcode not in (CALL, LOAD_64) or not self.sections[symbol[3]][2] & TEXT_FLAG:
            return []
        if symbol[1] & 15 == FUNCTION:
            return [(symbol[3], symbol[4])]
        return [(symbol[3], 8 * (immediate + 1) if opcode == CALL else immediate)]

    def chain(self, function):
        """The deepest chain of calls from it: bytes, and its functions with theirs."""
        name, own, callees = self.functions[function]
        deepest, rest = max((self.chain(callee) for callee in callees), default=(0, []))
        return -(-max(own, 1) // FRAME_UNIT) * FRAME_UNIT + deepest, [(name, own), *rest]


def test_stack_fits_linux_6_1():
    program = Object(BUILD / "xbeat.bpf.o")
    chains = [program.chain(function) for function in program.functions]
    deepest, chain = max(chains)
    assert chain[0][0].startswith("xbeat") and len(chain) > 3  # from an entry of the program
    assert deepest <= LIMIT_BYTES, chain
    deepest, chain = max(each for each in chains if each[1][-1][0] == "hmac_block")
    assert chain[0][0].startswith("xbeat") and len(chain) == 6
    assert deepest <= LIMIT_BYTES - SPARE_BYTES, chain
