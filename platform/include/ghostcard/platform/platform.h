// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/host_memory.h>
#include <ghostcard/dma/host_dma_adapter.h>
#include <ghostcard/dma/page_allocator.h>
#include <ghostcard/platform/machine.h>

#include <cstdint>

namespace ghostcard::platform {

/// How a computer is built.
struct PlatformSettings : MachineSettings {
    std::uint64_t seed = 1;
    Contents contents = Contents::kept;  ///< Of the host's memory.
};

/// What there is of a computer before anything is wired to it.
struct Ram {
    HostMemory memory;
};

/// The whole computer: a machine with memory of its own.
class Platform : public Ram, public Machine {
public:
    /// Throws InputError for settings that contradict each other.
    Platform(const PlatformSettings& settings, model::VideoInput video);

    dma::PageAllocator pages;
    dma::HostDmaAdapter dma_adapter;

private:
    BusAddress map_page(bus::RequesterId id);
};

}  // namespace ghostcard::platform
