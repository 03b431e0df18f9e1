-- SPDX-License-Identifier: MIT
-- Wireshark's view of what `ghostcard run --pcap` records: TLPs of PCI Express (Base Specification 5.0, chapter 2, whose
-- sections are named) behind a header of 8 bytes, as link type DLT_USER0. docs/traces.md says how to use it.

local tlp = Proto("ghostcard_tlp", "PCI Express TLP")

local directions = {[0] = "up", [1] = "down"}
local kinds = {  -- Fmt and Type without the bit for headers of 4 DW (table 2-3)
    [0x00] = "MRd", [0x40] = "MWr", [0x04] = "CfgRd0", [0x44] = "CfgWr0",
    [0x0a] = "Cpl", [0x4a] = "CplD", [0x14] = "Msg",
}
local messages = {[0x20] = "Assert_INTA", [0x24] = "Deassert_INTA"}  -- table 2-20
local statuses = {[0] = "SC", [1] = "UR", [2] = "RRS", [4] = "CA"}   -- table 2-34

local f = {
    version = ProtoField.uint8("ghostcard_tlp.version", "Version of this header"),
    direction = ProtoField.uint8("ghostcard_tlp.direction", "Direction", base.DEC, directions),
    picoseconds = ProtoField.uint16("ghostcard_tlp.picoseconds", "Picoseconds beyond the time stamp"),
    duration = ProtoField.uint32("ghostcard_tlp.duration", "Picoseconds on the link"),
    kind = ProtoField.string("ghostcard_tlp.kind", "Kind"),
    format = ProtoField.uint8("ghostcard_tlp.fmt", "Fmt", base.HEX, nil, 0xe0),
    type = ProtoField.uint8("ghostcard_tlp.type", "Type", base.HEX, nil, 0x1f),
    traffic_class = ProtoField.uint8("ghostcard_tlp.tc", "Traffic class", base.DEC, nil, 0x70),
    digest_present = ProtoField.bool("ghostcard_tlp.td", "Digest present", 8, nil, 0x80),
    poisoned = ProtoField.bool("ghostcard_tlp.ep", "Poisoned", 8, nil, 0x40),
    length = ProtoField.uint16("ghostcard_tlp.length", "Length in double words"),
    requester = ProtoField.string("ghostcard_tlp.requester", "Requester"),
    completer = ProtoField.string("ghostcard_tlp.completer", "Completer"),
    tag = ProtoField.uint8("ghostcard_tlp.tag", "Tag"),
    last_enables = ProtoField.uint8("ghostcard_tlp.last_be", "Last DW byte enables", base.HEX, nil, 0xf0),
    first_enables = ProtoField.uint8("ghostcard_tlp.first_be", "First DW byte enables", base.HEX, nil, 0x0f),
    address = ProtoField.uint64("ghostcard_tlp.address", "Address", base.HEX),
    device = ProtoField.string("ghostcard_tlp.device", "Device"),
    register = ProtoField.uint16("ghostcard_tlp.register", "Register", base.HEX),
    message = ProtoField.uint8("ghostcard_tlp.message", "Message", base.HEX, messages),
    status = ProtoField.uint8("ghostcard_tlp.status", "Completion status", base.DEC, statuses, 0xe0),
    byte_count = ProtoField.uint16("ghostcard_tlp.byte_count", "Byte count"),
    lower_address = ProtoField.uint8("ghostcard_tlp.lower_address", "Lower address", base.HEX, nil, 0x7f),
    data = ProtoField.bytes("ghostcard_tlp.data", "Data"),
    digest = ProtoField.uint32("ghostcard_tlp.digest", "Digest (ECRC)", base.HEX),
}
tlp.fields = f

local malformed = ProtoExpert.new("ghostcard_tlp.malformed", "Malformed TLP", expert.group.MALFORMED, expert.severity.ERROR)
tlp.experts = {malformed}

local own_header = 8

local function id(range)
    local number = range:uint()
    return string.format("%02x:%02x.%x", bit.rshift(number, 8), bit.band(bit.rshift(number, 3), 0x1f), bit.band(number, 7))
end

local function add_request(tree, header)  -- 2.2.6, 2.2.5
    tree:add(f.requester, header(4, 2), id(header(4, 2)))
    tree:add(f.tag, header(6, 1))
    tree:add(f.last_enables, header(7, 1))
    tree:add(f.first_enables, header(7, 1))
end

local add = {}

local function add_memory(tree, header, wide)  -- 2.2.7
    add_request(tree, header)
    local range = wide and header(8, 8) or header(8, 4)
    local address = wide and range:uint64() or UInt64(range:uint(), 0)
    tree:add(f.address, range, address)
    return string.format("0x%s", address:tohex(wide and 16 or 8))
end
add.MRd, add.MWr = add_memory, add_memory

local function add_configuration(tree, header)  -- 2.2.7
    add_request(tree, header)
    local register = bit.band(header(10, 2):uint(), 0xffc)
    tree:add(f.device, header(8, 2), id(header(8, 2)))
    tree:add(f.register, header(10, 2), register)
    return string.format("%s 0x%03x", id(header(8, 2)), register)
end
add.CfgRd0, add.CfgWr0 = add_configuration, add_configuration

local function add_completion(tree, header)  -- 2.2.9
    local count = bit.band(header(6, 2):uint(), 0xfff)
    count = count == 0 and 4096 or count
    tree:add(f.completer, header(4, 2), id(header(4, 2)))
    tree:add(f.status, header(6, 1))
    tree:add(f.byte_count, header(6, 2), count)
    tree:add(f.requester, header(8, 2), id(header(8, 2)))
    tree:add(f.tag, header(10, 1))
    tree:add(f.lower_address, header(11, 1))
    local status = bit.rshift(header(6, 1):uint(), 5)
    return string.format("%s, tag %d, %d bytes left", statuses[status] or status, header(10, 1):uint(), count)
end
add.Cpl, add.CplD = add_completion, add_completion

function add.Msg(tree, header)  -- 2.2.8
    tree:add(f.requester, header(4, 2), id(header(4, 2)))
    tree:add(f.tag, header(6, 1))
    tree:add(f.message, header(7, 1))
    return messages[header(7, 1):uint()] or "unknown"
end

function tlp.dissector(buffer, packet, root)
    packet.cols.protocol = "TLP"
    local tree = root:add(tlp, buffer())
    if buffer:len() < own_header + 12 then
        tree:add_proto_expert_info(malformed, "shorter than a header of 3 DW")
        return
    end
    local direction = buffer(1, 1):uint()
    tree:add(f.version, buffer(0, 1))
    tree:add(f.direction, buffer(1, 1))
    tree:add(f.picoseconds, buffer(2, 2))
    tree:add(f.duration, buffer(4, 4))
    packet.cols.src = direction == 0 and "device" or "host"
    packet.cols.dst = direction == 0 and "host" or "device"

    local code = buffer(own_header, 1):uint()
    local wide, has_data = bit.band(code, 0x20) ~= 0, bit.band(code, 0x40) ~= 0
    local has_digest = bit.band(buffer(own_header + 2, 1):uint(), 0x80) ~= 0
    local message = bit.band(code, 0x18) == 0x10
    local kind = kinds[message and 0x14 or bit.band(code, 0xdf)]
    local length = bit.band(buffer(own_header + 2, 2):uint(), 0x3ff)
    local header_bytes = wide and 16 or 12
    local data_bytes = has_data and 4 * (length == 0 and 1024 or length) or 0
    local digest_bytes = has_digest and 4 or 0
    if kind == nil or buffer:len() ~= own_header + header_bytes + data_bytes + digest_bytes then
        tree:add_proto_expert_info(malformed, kind and "its length is not what the header says" or "of an unknown kind")
        return
    end

    local header = buffer(own_header, header_bytes):tvb()
    tree:add(f.kind, header(0, 1), kind)
    tree:add(f.format, header(0, 1))
    tree:add(f.type, header(0, 1))
    tree:add(f.traffic_class, header(1, 1))
    tree:add(f.digest_present, header(2, 1))
    tree:add(f.poisoned, header(2, 1))
    tree:add(f.length, header(2, 2), has_data and data_bytes / 4 or length)
    local summary = add[kind](tree, header, wide)
    if has_data then tree:add(f.data, buffer(own_header + header_bytes, data_bytes)) end
    if has_digest then tree:add(f.digest, buffer(buffer:len() - 4, 4)) end
    packet.cols.info = string.format("%s %s%s", kind, summary, has_data and string.format(", %d DW", data_bytes / 4) or "")
end

DissectorTable.get("wtap_encap"):add(wtap.USER0, tlp)
