// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>
#include <ghostcard/bus/pcie/pcie_settings.h>
#include <ghostcard/bus/requester.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace ghostcard::bus::pcie {

/// Transaction layer packets of the kinds that a link between host and endpoint carries (PCIe 5.0, 2.2.1, table 2-3).
enum class TlpKind : std::uint8_t {
    memory_read,
    memory_write,
    configuration_read,   ///< Type 0.
    configuration_write,  ///< Type 0.
    completion,           ///< Without data.
    completion_data,
    interrupt,  ///< INTA# as a message: asserted or deasserted (2.2.8.1).
};

/// The three that flow control and ordering tell apart (2.4.1, 2.6.1).
enum class TlpClass : std::uint8_t { posted, non_posted, completion };
inline constexpr unsigned tlp_classes = 3;

constexpr TlpClass class_of(TlpKind kind) {
    if (kind == TlpKind::memory_write || kind == TlpKind::interrupt) return TlpClass::posted;
    if (kind == TlpKind::completion || kind == TlpKind::completion_data) return TlpClass::completion;
    return TlpClass::non_posted;
}
constexpr bool has_data(TlpKind kind) {
    return kind == TlpKind::memory_write || kind == TlpKind::configuration_write || kind == TlpKind::completion_data;
}

/// How a request was taken (2.2.9, table 2-34).
enum class CompletionStatus : std::uint8_t { successful = 0, unsupported_request = 1, completer_abort = 4 };

std::string_view name_of(TlpKind kind);
std::string_view name_of(CompletionStatus status);

/// One TLP: what its header says. Traffic class 0 and no attributes throughout.
struct Tlp {
    static constexpr std::uint64_t four_gib = 1ull << 32;  ///< From here on addresses take a header of 4 DW (2.2.4.1).

    TlpKind kind = TlpKind::memory_write;
    RequesterId requester{};
    std::uint8_t tag = 0;
    BusAddress address{};     ///< Of the first byte that is wanted, in memory or of configuration space.
    std::uint64_t bytes = 0;  ///< That are wanted, from the first to the last enabled one; of a completion: carried.

    RequesterId completer{};       ///< From here on, completions and the device of configuration requests only.
    std::uint64_t byte_count = 0;  ///< What is left of the request with this completion (1 to 4096).
    CompletionStatus status = CompletionStatus::successful;
    bool asserted = false;  ///< Of an interrupt.

    /// Double words from the first to the last one that holds a wanted byte, disabled bytes included (1 to 1024). A
    /// completion without data and an interrupt have none, the request of no byte has one.
    std::uint64_t length() const;
    /// Bit n: byte n of the first or last double word is wanted (2.2.5); the last of a single one is 0.
    std::uint8_t first_byte_enables() const;
    std::uint8_t last_byte_enables() const;
    std::size_t header_bytes() const;

    friend bool operator==(const Tlp&, const Tlp&) = default;
};

/// The header as it goes over the link, the first byte first (2.2).
std::vector<std::byte> encode(const Tlp& tlp, bool ecrc);
/// Nothing for what is not the header of such a TLP. Byte enables that leave a gap are not among them.
std::optional<Tlp> decode(std::span<const std::byte> header);

/// Bytes on the link: framing and sequence number 4, header, data, ECRC, LCRC 4 and, below 8 GT/s, the END symbol that
/// the sequence number makes up for above it: 20 and 24 bytes more than the data (3.2, 4.2.1.2, 4.2.2.3).
std::uint64_t wire_bytes(const Tlp& tlp, bool ecrc);
inline constexpr std::uint64_t dllp_wire_bytes = 8;  ///< SDP, content, CRC, END (3.5, 4.2.1.2).

/// Flow control units that a TLP takes: a header, and one for each 16 bytes begun (2.6.1).
Credits credits_of(const Tlp& tlp);

// ---- cutting --------------------------------------------------------------------------------------------------------

/// How many of the bytes from there on go into the first write or read request: its length may not exceed `limit`
/// (max_payload or max_read_request), disabled bytes included, and it may not cross a multiple of 4 KiB (2.2.2, 2.2.7).
std::uint64_t first_request(BusAddress address, std::uint64_t bytes, std::uint64_t limit);
/// How many go into the first completion of a request: all but the last end at a multiple of rcb (2.3.1.1).
std::uint64_t first_completion(BusAddress address, std::uint64_t bytes, const PcieSettings& settings);

}  // namespace ghostcard::bus::pcie
