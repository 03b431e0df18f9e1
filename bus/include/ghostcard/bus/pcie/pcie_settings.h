// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/latency.h>
#include <ghostcard/base/time.h>
#include <ghostcard/base/units.h>
#include <ghostcard/bus/pcie/link_time.h>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace ghostcard::bus::pcie {

/// What a receiver can hold of one kind of TLP: headers, and data in units of 16 bytes. 0: without limit. The smallest
/// limits that let every TLP pass are 1 header and max_payload / 16 data credits (PCIe 5.0, 2.6.1).
struct Credits {
    std::uint32_t headers = 0;
    std::uint32_t data = 0;
    friend constexpr bool operator==(Credits, Credits) = default;
};

/// What one end of the link can receive. Completions are without limit in an endpoint and in a root complex that
/// forwards nothing between devices (PCIe 5.0, 2.6.1).
struct ReceiverCredits {
    Credits posted{128, 1024};
    Credits non_posted{64, 0};
    Credits completion{};
};

/// From a read's arrival at the root complex to its data. It gives the 547 to 600 ns round trip of a 64 byte read that
/// pcie-bench measured on Xeon E5 hosts, whose slowest reads in a thousand took 613 ns (LAT_DMA_RD of github
/// pcie-bench/data@b2abf2f).
inline constexpr Latency measured_read_latency{
    .minimum = nanoseconds(510), .spread = nanoseconds(60), .tail_per_million = 1000, .tail = nanoseconds(100)};

/// Translations that the host's IOMMU remembers. A hit costs nothing. pcie-bench (NSDI 2018, 6.5) saw a reach of 64
/// pages of 4 KiB, 240 to 294 ns for a miss, and 45 to 50 ns between misses: about six walks at a time.
struct IotlbSettings {
    unsigned entries = 0;  ///< 0: translation costs no time.
    Bytes page{4096};      ///< A power of two, 4 KiB or more.
    Duration miss = nanoseconds(270);
    unsigned walks = 6;  ///< Misses that are served at a time (1 or more).
};

/// What the device's DMA engine can do.
struct EngineLimits {
    unsigned outstanding_reads = 32;        ///< Requests that wait for completions (1 to 256: tags of 8 bits).
    std::uint64_t writes_per_second = 0;    ///< TLPs; 0: as many as the link takes. pcie-bench's card: 47.4 million.
    std::uint64_t requests_per_second = 0;  ///< Of read requests; 0: as many as the link takes.
};

/// A PCI Express link with a root complex at its upper end and one device at its lower end. Sections: PCIe 5.0.
struct PcieSettings {
    unsigned generation = 3;      ///< 1 to 5: 2.5, 5, 8, 16, 32 GT/s.
    unsigned lanes = 8;           ///< 1, 2, 4, 8 or 16.
    Bytes max_payload{256};       ///< Of a TLP (MPS): a power of two, 128 B to 4 KiB (7.5.3.4).
    Bytes max_read_request{512};  ///< (MRRS): a power of two, 128 B to 4 KiB (7.5.3.4).
    Bytes rcb{64};                ///< Read completion boundary: 64 or 128 B (2.3.1.1).
    Bytes max_completion{0};      ///< Payload of the root complex's completions: a multiple of rcb, at most
                                  ///< max_payload; 0: max_payload.
    bool ecrc = false;            ///< 4 bytes more for each TLP (2.7.1).
    bool skp = true;              ///< Clock compensation (4.2.7).

    /// Symbol times from what calls for an ACK or an UpdateFC until it is due; unset: the limit of 3.6.3.1 and the
    /// guideline of 2.6.1.2. 0: at once.
    std::optional<unsigned> ack_latency{};
    std::optional<unsigned> update_latency{};
    ReceiverCredits root{};
    ReceiverCredits device{};

    Latency read_latency = measured_read_latency;  ///< Drawn for each read.
    IotlbSettings iotlb{};
    EngineLimits engine{};
    Duration completer_latency = nanoseconds(100);  ///< From a CPU read's arrival at the device to its completion.
};

// ---- what follows from them -----------------------------------------------------------------------------------------

/// One symbol on one lane: 10 bits at 2.5 or 5 GT/s, 8 bits and their share of the block header (130/128) from 8 GT/s
/// on (4.2.1, 4.2.2).
constexpr LinkTime symbol_time(unsigned generation) {
    const auto picoseconds = [](std::int64_t count) { return LinkTime(Duration(count)); };
    switch (generation) {
        case 1: return picoseconds(4000);
        case 2: return picoseconds(2000);
        default: return LinkTime(512 * 8125 / 8) / (1 << (generation - 3));  // 1015.625 ps at 8 GT/s
    }
}
constexpr LinkTime symbol_time(const PcieSettings& settings) { return symbol_time(settings.generation); }
/// One byte on the link: bytes go over all lanes in turn.
constexpr LinkTime byte_time(const PcieSettings& settings) { return symbol_time(settings) / settings.lanes; }

/// Symbol times from one SKP ordered set to the next, the longest that is allowed: 1538, or 375 blocks of 16 (4.2.7.3).
constexpr unsigned skp_interval(const PcieSettings& settings) { return settings.generation < 3 ? 1538 : 375 * 16; }
/// Symbol times of one: COM and three SKP, or a block.
constexpr unsigned skp_length(const PcieSettings& settings) { return settings.generation < 3 ? 4 : 16; }

/// Symbol times: Ack transmission latency limit and UpdateFC guideline, (max_payload + 28) · AckFactor / lanes +
/// internal delay (3.6.3.1, 2.6.1.2). From 8 GT/s on the internal delay is the same.
unsigned acknowledge_limit(const PcieSettings& settings);
inline unsigned ack_latency(const PcieSettings& settings) {
    return settings.ack_latency.value_or(acknowledge_limit(settings));
}
inline unsigned update_latency(const PcieSettings& settings) {
    return settings.update_latency.value_or(acknowledge_limit(settings));
}
constexpr std::uint64_t completion_payload(const PcieSettings& settings) {
    const std::uint64_t payload = settings.max_payload.count;
    return settings.max_completion.count != 0 ? std::min(settings.max_completion.count, payload) : payload;
}

/// Throws InputError for what is out of range or contradicts itself.
void check(const PcieSettings& settings);

}  // namespace ghostcard::bus::pcie
