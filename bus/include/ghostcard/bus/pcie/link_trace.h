// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/output_file.h>
#include <ghostcard/bus/pci/trace_window.h>
#include <ghostcard/bus/pcie/link.h>

#include <filesystem>
#include <vector>

namespace ghostcard::bus::pcie {

/// The TLPs of a link as signals in a VCD file that GTKWave opens, for each direction: busy, kind, address, bytes, tag
/// and status. What a TLP is, is shown for as long as it lasts.
class LinkTrace : public TlpObserver {
public:
    /// Throws InputError if the file cannot be written.
    LinkTrace(const std::filesystem::path& path, pci::TraceWindow window) : window_(window), file_(path) {}

    void tlp(const TlpRecord& record) override;
    /// After the last simulated instant, which is `end`: writes all of it and gives the file its name.
    void commit(Duration end);

private:
    struct Shown {
        Direction direction{};
        Duration begin{};
        Duration end{};
        Tlp tlp{};
    };

    const pci::TraceWindow window_;
    OutputFile file_;
    std::vector<Shown> shown_;
};

}  // namespace ghostcard::bus::pcie
