// SPDX-License-Identifier: MIT
#include <ghostcard/base/input_error.h>
#include <ghostcard/bus/pcie/pcie_settings.h>

#include <bit>
#include <string>

namespace ghostcard::bus::pcie {
namespace {

void require(bool allowed, const std::string& what, const std::string& given, const std::string& range) {
    if (!allowed) throw InputError(what + " is " + given + "; allowed: " + range);
}

bool is_size(Bytes size, std::uint64_t least, std::uint64_t most) {
    return std::has_single_bit(size.count) && size.count >= least && size.count <= most;
}

void check_credits(const ReceiverCredits& credits, std::uint64_t max_payload, const std::string& receiver) {
    const auto enough = [&](Credits kind, const std::string& name, std::uint64_t units) {
        require(kind.data == 0 || kind.data >= units, receiver + name + "_data", std::to_string(kind.data),
                "0, or what one TLP needs: " + std::to_string(units) + " and more");
    };
    enough(credits.posted, "posted", max_payload / 16);
    enough(credits.completion, "completion", max_payload / 16);
}

/// How many TLPs one ACK answers, on average (PCIe 5.0, 3.6.3.1), in tenths.
unsigned ack_factor(unsigned lanes, std::uint64_t max_payload) {
    const bool small = max_payload <= 256;
    if (lanes <= 4) return small ? 14 : 10;
    if (lanes == 8) return small ? 25 : 10;
    return small ? 30 : 20;
}

}  // namespace

unsigned acknowledge_limit(const PcieSettings& settings) {
    constexpr std::uint64_t tlp_overhead = 28;
    const unsigned internal_delay = settings.generation == 1 ? 19 : settings.generation == 2 ? 70 : 115;
    const std::uint64_t tenths =
        (settings.max_payload.count + tlp_overhead) * ack_factor(settings.lanes, settings.max_payload.count);
    return static_cast<unsigned>(tenths / (std::uint64_t{10} * settings.lanes)) + internal_delay;
}

void check(const PcieSettings& settings) {
    const std::uint64_t payload = settings.max_payload.count;
    require(settings.generation >= 1 && settings.generation <= 5, "bus.generation", std::to_string(settings.generation),
            "1 to 5");
    require(std::has_single_bit(settings.lanes) && settings.lanes <= 16, "bus.lanes", std::to_string(settings.lanes),
            "1, 2, 4, 8, 16");
    require(is_size(settings.max_payload, 128, 4096), "bus.max_payload", to_text(settings.max_payload),
            "powers of two from 128 B to 4 KiB");
    require(is_size(settings.max_read_request, 128, 4096), "bus.max_read_request", to_text(settings.max_read_request),
            "powers of two from 128 B to 4 KiB");
    require(is_size(settings.rcb, 64, 128), "bus.rcb", to_text(settings.rcb), "64 B, 128 B");
    const std::uint64_t completion = settings.max_completion.count;
    require(completion % settings.rcb.count == 0 && completion <= payload, "bus.max_completion",
            to_text(settings.max_completion), "0 B, or multiples of rcb up to max_payload");
    check_credits(settings.root, payload, "bus.credits.");
    check_credits(settings.device, payload, "device.credits.");
    require(settings.iotlb.entries == 0 || (is_size(settings.iotlb.page, 4096, 1ull << 40) && settings.iotlb.walks > 0),
            "bus.iotlb.page", to_text(settings.iotlb.page),
            "pages of a power of two from 4 KiB on, and one walk or more");
    require(settings.engine.outstanding_reads >= 1 && settings.engine.outstanding_reads <= 256, "bus.outstanding_reads",
            std::to_string(settings.engine.outstanding_reads), "1 to 256");
}

}  // namespace ghostcard::bus::pcie
