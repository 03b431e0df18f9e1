// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/output_file.h>
#include <ghostcard/bus/pci/trace_window.h>
#include <ghostcard/bus/pcie/link.h>

#include <array>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace ghostcard::bus::pcie {

/// A TLP as the transaction layer hands it to the data link layer, the first byte first: header, data in whole double
/// words (disabled bytes are 0) and, if wanted, the digest (PCIe 5.0, 2.2 and 2.7.1).
std::vector<std::byte> packet_of(const Tlp& tlp, std::span<const std::byte> data, bool ecrc);

/// The TLPs of a link as a pcap file that Wireshark opens: link type DLT_USER0, nanoseconds, each packet behind a
/// header of its own. docs/traces.md has the layout; tools/wireshark/ghostcard-tlp.lua reads it.
class TlpCapture : public TlpObserver {
public:
    static constexpr std::uint32_t link_type = 147;  ///< DLT_USER0.

    /// Throws InputError if the file cannot be written.
    TlpCapture(const std::filesystem::path& path, bool ecrc, pci::TraceWindow window);

    void tlp(const TlpRecord& record) override;
    /// After the last simulated instant: gives the file its name.
    void commit();

private:
    void flush();

    const bool ecrc_;
    const pci::TraceWindow window_;
    OutputFile file_;
    std::string text_;
    Duration last_{};
    std::array<std::string, 2> last_packets_;  ///< Those that have ended last, by direction.
};

}  // namespace ghostcard::bus::pcie
