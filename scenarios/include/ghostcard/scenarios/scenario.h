// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/bus/host_settings.h>
#include <ghostcard/bus/pci/pci_settings.h>
#include <ghostcard/bus/pcie/pcie_settings.h>
#include <ghostcard/dma/driver_settings.h>
#include <ghostcard/dma/stack/host_dma_settings.h>
#include <ghostcard/model/card_settings.h>
#include <ghostcard/platform/cpu_settings.h>
#include <ghostcard/scenarios/expectations.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ghostcard::scenarios {

enum class BusKind { pci, pcie };

/// What arrives at the card's video input.
struct VideoSettings {
    std::string mode = "auto";    ///< A raster's name, WIDTHxHEIGHT@RATE, or "auto": a .y4m file's own, else 480i59.94.
    std::string source = "bars";  ///< A generated signal, or the path of a .y4m or .rgb file.
    std::optional<unsigned> frames;  ///< Nothing: all frames of a file, 30 of a generated signal.
};

struct BusSettings {
    BusKind kind = BusKind::pci;
};

/// Everything that a run depends on, and what is expected of it. Each setting is a key of keys.h. The pixel format, the
/// interrupt and whether bytes are moved are the driver's choice and therefore in `driver`.
struct Scenario {
    std::filesystem::path file;  ///< Where it was read from, as the user named it; empty if nowhere.
    std::string title;
    std::uint64_t seed = 1;  ///< At most 2^63 - 1, the largest integer of TOML.
    VideoSettings video;
    model::CardSettings card;
    BusSettings bus;
    bus::pci::PciSettings pci;     ///< On conventional PCI; the timing also on PCI Express.
    bus::pcie::PcieSettings pcie;  ///< On PCI Express.
    bus::HostSettings host;
    dma::Fragmentation fragmentation = dma::Fragmentation::scattered;
    platform::CpuSettings cpu;
    dma::HostDmaSettings host_dma{};
    dma::DriverSettings driver;
    dma::ConsumerSettings consumer;
    std::vector<Expectation> expect;  ///< In the order of the file.
};

}  // namespace ghostcard::scenarios
