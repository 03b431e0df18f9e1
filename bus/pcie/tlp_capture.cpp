// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pcie/tlp_capture.h>

#include <algorithm>

namespace ghostcard::bus::pcie {
namespace {

constexpr std::size_t dword = 4;
constexpr std::size_t chunk = 1 << 20;

/// The digest counts bit 0 of Type and the bit EP, which may change on the way, as 1 (2.7.1).
constexpr std::byte type_variant{0x01}, poisoned{0x40};

/// CRC-32 as Ethernet has it, each byte from its bit 0 on; the digest's first byte is the least significant one.
std::uint32_t digest_of(std::span<const std::byte> packet) {
    std::uint32_t remainder = ~0u;
    for (std::size_t i = 0; i < packet.size(); ++i) {
        const std::byte variant = i == 0 ? type_variant : i == 2 ? poisoned : std::byte{0};
        remainder ^= std::to_integer<std::uint32_t>(packet[i] | variant);
        for (int bit = 0; bit < 8; ++bit) remainder = remainder >> 1 ^ (remainder % 2 != 0 ? 0xedb8'8320u : 0u);
    }
    return ~remainder;
}

/// An integer of the file's format: pcap's own in this order, those of PCI Express the other way round.
void put_little_endian(std::string& text, std::uint64_t value, std::size_t bytes) {
    for (; bytes > 0; --bytes, value >>= 8) text += static_cast<char>(value);
}
void put_big_endian(std::string& text, std::uint64_t value, std::size_t bytes) {
    while (bytes-- > 0) text += static_cast<char>(value >> 8 * bytes);
}

std::string file_header() {
    constexpr std::uint32_t nanosecond_magic = 0xa1b2'3c4d, longest_packet = 65535;
    std::string text;
    put_little_endian(text, nanosecond_magic, 4);
    put_little_endian(text, 2, 2);  // version 2.4
    put_little_endian(text, 4, 2);
    put_little_endian(text, 0, 8);  // the time zone and the accuracy of time stamps, which nobody uses
    put_little_endian(text, longest_packet, 4);
    put_little_endian(text, TlpCapture::link_type, 4);
    return text;
}

/// Time stamp: when the last symbol had arrived.
std::string recorded(const TlpRecord& record, bool ecrc) {
    constexpr unsigned own_version = 1, own_header = 8;
    const std::vector<std::byte> packet = packet_of(record.tlp, record.data, ecrc);
    const auto count = [](auto number) { return static_cast<std::uint64_t>(number); };
    std::string text;
    put_little_endian(text, count(record.end / seconds(1)), 4);
    put_little_endian(text, count(record.end % seconds(1) / nanoseconds(1)), 4);
    put_little_endian(text, own_header + packet.size(), 4);  // captured...
    put_little_endian(text, own_header + packet.size(), 4);  // ...and sent
    put_big_endian(text, own_version, 1);
    put_big_endian(text, static_cast<unsigned>(record.direction), 1);
    put_big_endian(text, count((record.end % nanoseconds(1)).count()), 2);
    put_big_endian(text, count((record.end - record.start).count()), 4);
    text.append(reinterpret_cast<const char*>(packet.data()), packet.size());
    return text;
}

}  // namespace

std::vector<std::byte> packet_of(const Tlp& tlp, std::span<const std::byte> data, bool ecrc) {
    std::vector<std::byte> packet = encode(tlp, ecrc);
    if (has_data(tlp.kind)) {
        const std::size_t begin = packet.size();
        packet.resize(begin + dword * tlp.length());
        std::copy(data.begin(), data.end(), packet.data() + begin + tlp.address.value % dword);
    }
    if (ecrc) {
        const std::uint32_t digest = digest_of(packet);
        for (std::size_t byte = 0; byte < dword; ++byte) packet.push_back(static_cast<std::byte>(digest >> 8 * byte));
    }
    return packet;
}

TlpCapture::TlpCapture(const std::filesystem::path& path, bool ecrc, pci::TraceWindow window)
    : ecrc_(ecrc), window_(window), file_(path), text_(file_header()) {}

/// Of two that end together, the one that goes up comes first.
void TlpCapture::tlp(const TlpRecord& record) {
    if (!window_.shows(record.start, record.end)) return;
    if (record.end != last_) flush();
    last_ = record.end;
    last_packets_[static_cast<unsigned>(record.direction)] = recorded(record, ecrc_);
}

void TlpCapture::flush() {
    for (std::string& packet : last_packets_) {
        text_ += packet;
        packet.clear();
    }
    if (text_.size() < chunk) return;
    file_.write(text_);
    text_.clear();
}

void TlpCapture::commit() {
    flush();
    file_.write(text_);
    file_.commit();
}

}  // namespace ghostcard::bus::pcie
