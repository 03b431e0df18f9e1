// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/remote/vfio_user/wire.h>

#include <cstdint>
#include <optional>
#include <span>
#include <tuple>

namespace ghostcard::remote::vfio_user {

/// Interrupts of a PCI function (linux/vfio.h).
inline constexpr std::uint32_t intx_irq = 0, msi_irq = 1, msix_irq = 2, error_irq = 3, request_irq = 4, pci_irqs = 5;

/// DEVICE_GET_IRQ_INFO, request and reply.
struct IrqInfo {
    static constexpr std::uint32_t eventfd = 1, maskable = 2, automasked = 4, no_resize = 8;  ///< Flags.

    std::uint32_t argsz = 16;
    std::uint32_t flags = 0;
    std::uint32_t index = 0;
    std::uint32_t count = 0;

    static constexpr auto fields() {
        return std::tuple{&IrqInfo::argsz, &IrqInfo::flags, &IrqInfo::index, &IrqInfo::count};
    }
    friend bool operator==(const IrqInfo&, const IrqInfo&) = default;
};

/// DEVICE_SET_IRQS, request; file descriptors may come with it. The reply is empty.
struct SetIrqs {
    /// Flags: one of the first three says what the data are, and one of the others what to do.
    static constexpr std::uint32_t data_none = 1, data_bool = 2, data_eventfd = 4;
    static constexpr std::uint32_t mask = 8, unmask = 16, trigger = 32;

    std::uint32_t argsz = 20;  ///< Bytes of the request's payload.
    std::uint32_t flags = 0;
    std::uint32_t index = 0;
    std::uint32_t start = 0;
    std::uint32_t count = 0;

    std::uint32_t data() const { return flags & (data_none | data_bool | data_eventfd); }
    std::uint32_t action() const { return flags & (mask | unmask | trigger); }

    static constexpr auto fields() {
        return std::tuple{&SetIrqs::argsz, &SetIrqs::flags, &SetIrqs::index, &SetIrqs::start, &SetIrqs::count};
    }
    friend bool operator==(const SetIrqs&, const SetIrqs&) = default;
};

}  // namespace ghostcard::remote::vfio_user
