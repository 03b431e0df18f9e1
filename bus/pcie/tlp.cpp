// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pcie/tlp.h>

#include <algorithm>
#include <bit>

namespace ghostcard::bus::pcie {
namespace {

constexpr std::uint64_t dword = 4;
constexpr std::uint64_t no_crossing = 4096;

// Fmt and Type, the first byte of a header (2.2.1, table 2-3); bit 5: a header of 4 DW.
constexpr unsigned memory_read_code = 0x00;
constexpr unsigned memory_write_code = 0x40;
constexpr unsigned configuration_read_code = 0x04;
constexpr unsigned configuration_write_code = 0x44;
constexpr unsigned completion_code = 0x0a;
constexpr unsigned completion_data_code = 0x4a;
constexpr unsigned interrupt_code = 0x34;  // a message to the root complex, with the header of 4 DW that they all have
constexpr unsigned four_dword_header = 0x20;
constexpr unsigned digest_present = 0x8000;
constexpr unsigned assert_inta = 0x20;  // message codes (2.2.8.1, table 2-20)
constexpr unsigned deassert_inta = 0x24;

unsigned code_of(TlpKind kind) {
    switch (kind) {
        case TlpKind::memory_read: return memory_read_code;
        case TlpKind::memory_write: return memory_write_code;
        case TlpKind::configuration_read: return configuration_read_code;
        case TlpKind::configuration_write: return configuration_write_code;
        case TlpKind::completion: return completion_code;
        case TlpKind::interrupt: return interrupt_code;
        case TlpKind::completion_data: break;
    }
    return completion_data_code;
}

std::optional<TlpKind> kind_of(unsigned code) {
    switch (code) {
        case memory_read_code:
        case memory_read_code | four_dword_header: return TlpKind::memory_read;
        case memory_write_code:
        case memory_write_code | four_dword_header: return TlpKind::memory_write;
        case configuration_read_code: return TlpKind::configuration_read;
        case configuration_write_code: return TlpKind::configuration_write;
        case completion_code: return TlpKind::completion;
        case completion_data_code: return TlpKind::completion_data;
        case interrupt_code: return TlpKind::interrupt;
        default: return std::nullopt;
    }
}

std::uint32_t id(RequesterId who) {
    return static_cast<std::uint32_t>(who.bus << 8 | (who.device & 0x1f) << 3 | (who.function & 0x7));
}
RequesterId id(std::uint32_t number) {
    return {static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number >> 3 & 0x1f),
            static_cast<std::uint8_t>(number & 0x7)};
}

bool is_completion(TlpKind kind) { return class_of(kind) == TlpClass::completion; }
bool is_configuration(TlpKind kind) {
    return kind == TlpKind::configuration_read || kind == TlpKind::configuration_write;
}

}  // namespace

std::string_view name_of(TlpKind kind) {
    switch (kind) {
        case TlpKind::memory_read: return "memory_read";
        case TlpKind::memory_write: return "memory_write";
        case TlpKind::configuration_read: return "configuration_read";
        case TlpKind::configuration_write: return "configuration_write";
        case TlpKind::completion: return "completion";
        case TlpKind::completion_data: return "completion_data";
        case TlpKind::interrupt: return "interrupt";
    }
    return "";
}

std::string_view name_of(CompletionStatus status) {
    switch (status) {
        case CompletionStatus::successful: return "successful";
        case CompletionStatus::unsupported_request: return "unsupported_request";
        case CompletionStatus::completer_abort: return "completer_abort";
    }
    return "";
}

std::uint64_t Tlp::length() const {
    if (kind == TlpKind::completion || kind == TlpKind::interrupt) return 0;
    return std::max<std::uint64_t>((address.value % dword + bytes + dword - 1) / dword, 1);
}

std::uint8_t Tlp::first_byte_enables() const {
    if (bytes == 0) return 0;
    const std::uint64_t first = address.value % dword;
    const std::uint64_t end = std::min(first + bytes, dword);
    return static_cast<std::uint8_t>((1u << end) - (1u << first));
}

std::uint8_t Tlp::last_byte_enables() const {
    if (length() == 1) return 0;
    const std::uint64_t last = (address.value + bytes - 1) % dword;
    return static_cast<std::uint8_t>((2u << last) - 1);
}

std::size_t Tlp::header_bytes() const {
    const bool memory = kind == TlpKind::memory_read || kind == TlpKind::memory_write;
    return kind == TlpKind::interrupt || (memory && address.value >= four_gib) ? 16 : 12;
}

std::vector<std::byte> encode(const Tlp& tlp, bool ecrc) {
    const bool wide = tlp.header_bytes() == 16;
    std::vector<std::uint32_t> words;
    words.push_back((code_of(tlp.kind) | (wide ? four_dword_header : 0)) << 24 | (ecrc ? digest_present : 0) |
                    static_cast<std::uint32_t>(tlp.length() % 1024));
    if (tlp.kind == TlpKind::interrupt) {
        words.push_back(id(tlp.requester) << 16 | std::uint32_t{tlp.tag} << 8 |
                        (tlp.asserted ? assert_inta : deassert_inta));
        words.insert(words.end(), 2, 0);
    } else if (is_completion(tlp.kind)) {
        words.push_back(id(tlp.completer) << 16 | static_cast<std::uint32_t>(tlp.status) << 13 |
                        static_cast<std::uint32_t>(tlp.byte_count % 4096));
        words.push_back(id(tlp.requester) << 16 | std::uint32_t{tlp.tag} << 8 |
                        static_cast<std::uint32_t>(tlp.address.value & 0x7f));
    } else {
        words.push_back(id(tlp.requester) << 16 | std::uint32_t{tlp.tag} << 8 |
                        std::uint32_t{tlp.last_byte_enables()} << 4 | tlp.first_byte_enables());
        const auto low = static_cast<std::uint32_t>(round_down(tlp.address.value, dword));
        if (wide) words.push_back(static_cast<std::uint32_t>(tlp.address.value >> 32));
        words.push_back(is_configuration(tlp.kind) ? id(tlp.completer) << 16 | (low & 0xffc) : low);
    }
    std::vector<std::byte> header;
    for (const std::uint32_t word : words)
        for (int shift = 24; shift >= 0; shift -= 8) header.push_back(static_cast<std::byte>(word >> shift));
    return header;
}

std::optional<Tlp> decode(std::span<const std::byte> header) {
    if (header.size() < 12) return std::nullopt;
    const auto word = [&header](std::size_t n) {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < 4; ++i) value = value << 8 | std::to_integer<std::uint32_t>(header[4 * n + i]);
        return value;
    };
    const unsigned code = word(0) >> 24;
    const auto kind = kind_of(code);
    const bool wide = (code & four_dword_header) != 0;
    if (!kind || header.size() != (wide ? 16u : 12u)) return std::nullopt;

    const std::uint64_t encoded = word(0) % 1024;
    std::uint64_t length = encoded == 0 ? 1024 : encoded;
    Tlp tlp{.kind = *kind};
    if (*kind == TlpKind::interrupt) {
        const unsigned message = word(1) & 0xff;
        tlp.requester = id(word(1) >> 16);
        tlp.tag = static_cast<std::uint8_t>(word(1) >> 8);
        tlp.asserted = message == assert_inta;
        return tlp.asserted || message == deassert_inta ? std::optional(tlp) : std::nullopt;
    }
    if (is_completion(*kind)) {
        tlp.completer = id(word(1) >> 16);
        tlp.status = static_cast<CompletionStatus>(word(1) >> 13 & 0x7);
        tlp.byte_count = word(1) % 4096 == 0 ? 4096 : word(1) % 4096;
        tlp.requester = id(word(2) >> 16);
        tlp.tag = static_cast<std::uint8_t>(word(2) >> 8);
        tlp.address = {word(2) & 0x7f};
        if (*kind == TlpKind::completion) return encoded == 0 ? std::optional(tlp) : std::nullopt;
        tlp.bytes = std::min(length * dword - tlp.address.value % dword, tlp.byte_count);
        return tlp;
    }

    const unsigned first = word(1) & 0xf;
    const unsigned last = word(1) >> 4 & 0xf;
    const auto skipped = static_cast<std::uint64_t>(first == 0 ? 0 : std::countr_zero(first));
    tlp.requester = id(word(1) >> 16);
    tlp.tag = static_cast<std::uint8_t>(word(1) >> 8);
    tlp.address = wide ? BusAddress{std::uint64_t{word(2)} << 32 | word(3)} : BusAddress{word(2)};
    if (is_configuration(*kind)) {
        tlp.completer = id(word(2) >> 16);
        tlp.address = {word(2) & 0xffc};
    }
    tlp.address = tlp.address + skipped;
    const unsigned in_last = length == 1 ? first : last;
    const auto end = static_cast<std::uint64_t>(std::bit_width(in_last));
    tlp.bytes = in_last == 0 ? 0 : (length - 1) * dword + end - skipped;

    const bool contiguous = tlp.first_byte_enables() == first && tlp.last_byte_enables() == last;
    return contiguous && tlp.length() == length ? std::optional(tlp) : std::nullopt;
}

std::uint64_t wire_bytes(const Tlp& tlp, bool ecrc) {
    constexpr std::uint64_t framing = 8;
    const std::uint64_t data = has_data(tlp.kind) ? dword * tlp.length() : 0;
    return framing + tlp.header_bytes() + data + (ecrc ? dword : 0);
}

Credits credits_of(const Tlp& tlp) {
    constexpr std::uint64_t dwords_in_unit = 4;
    if (!has_data(tlp.kind)) return {1, 0};
    return {1, static_cast<std::uint32_t>((tlp.length() + dwords_in_unit - 1) / dwords_in_unit)};
}

std::uint64_t first_request(BusAddress address, std::uint64_t bytes, std::uint64_t limit) {
    return std::min({bytes, limit - address.value % dword, no_crossing - address.value % no_crossing});
}

std::uint64_t first_completion(BusAddress address, std::uint64_t bytes, const PcieSettings& settings) {
    const std::uint64_t end = round_down(address.value + completion_payload(settings), settings.rcb.count);
    return std::min(bytes, end - address.value);
}

}  // namespace ghostcard::bus::pcie
