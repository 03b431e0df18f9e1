// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/remote/file_descriptor.h>
#include <ghostcard/remote/vfio_user/irqs.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "event_signaller.h"

namespace ghostcard::remote {

/// The event files by which a client wants to hear of interrupts, and the masking of the line: once it has been
/// signalled it is masked until the client unmasks it (VFIO_IRQ_INFO_AUTOMASKED).
class InterruptSignals {
public:
    /// The signaller must outlive it.
    explicit InterruptSignals(EventSignaller& signaller) : signaller_(signaller) {}

    /// How many there are of INTx, MSI, MSI-X, error and request.
    static constexpr std::array<std::uint32_t, vfio_user::pci_irqs> counts{1, 1, 0, 1, 1};
    /// Flags of DEVICE_GET_IRQ_INFO; index < pci_irqs.
    static std::uint32_t flags(std::uint32_t index);

    /// SET_IRQS with what follows its fixed part. 0, or EINVAL, and then nothing has changed. An event file for masking
    /// or unmasking is not supported, as with Linux's own devices.
    int set(const vfio_user::SetIrqs& request, std::span<const std::byte> booleans, std::vector<FileDescriptor> files);
    /// Whether the line's level has to be looked at, since the client has made room for a signal. Said once.
    bool line_is_due();
    /// The line has this level: signals it if it is asserted and not masked.
    void signal_line(bool is_asserted);
    void signal_message(unsigned vector);

private:
    int perform(const vfio_user::SetIrqs& request, std::span<const std::byte> booleans);
    int assign(const vfio_user::SetIrqs& request, std::vector<FileDescriptor> files);
    void replace(std::uint32_t index, FileDescriptor file);
    void signal(std::uint32_t index);

    EventSignaller& signaller_;
    std::array<FileDescriptor, vfio_user::pci_irqs> event_files_;
    bool is_masked_ = false;
    bool is_due_ = false;
};

}  // namespace ghostcard::remote
