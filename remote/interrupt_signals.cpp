// SPDX-License-Identifier: MIT
#include "interrupt_signals.h"

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <string>
#include <string_view>
#include <utility>

namespace ghostcard::remote {

using vfio_user::IrqInfo;
using vfio_user::SetIrqs;

namespace {

bool is_event_file(int file) {
    std::array<char, 32> target{};
    const std::string link = "/proc/self/fd/" + std::to_string(file);
    const ssize_t size = readlink(link.c_str(), target.data(), target.size());
    return size > 0 && std::string_view(target.data(), static_cast<std::size_t>(size)) == "anon_inode:[eventfd]";
}

}  // namespace

std::uint32_t InterruptSignals::flags(std::uint32_t index) {
    switch (index) {
        case vfio_user::intx_irq: return IrqInfo::eventfd | IrqInfo::maskable | IrqInfo::automasked;
        case vfio_user::msi_irq:
        case vfio_user::msix_irq: return IrqInfo::eventfd | IrqInfo::no_resize;
        default: return IrqInfo::eventfd;
    }
}

int InterruptSignals::set(const SetIrqs& request, std::span<const std::byte> booleans,
                          std::vector<FileDescriptor> files) {
    const bool is_known = (request.flags & ~(request.data() | request.action())) == 0 &&
                          std::has_single_bit(request.data()) && std::has_single_bit(request.action());
    if (!is_known || request.index >= vfio_user::pci_irqs) return EINVAL;
    const bool takes_files = request.data() == SetIrqs::data_eventfd;
    if (!takes_files && !files.empty()) return EINVAL;

    const std::uint32_t count = counts[request.index];
    if (request.data() == SetIrqs::data_none && request.action() == SetIrqs::trigger && request.count == 0) {
        if (request.start != 0) return EINVAL;
        replace(request.index, {});
        return 0;
    }
    // QEMU takes the file away from an MSI-X vector that it has never given one, whether or not there are any.
    if (takes_files && files.empty() && count == 0) return 0;
    if (request.count == 0 || request.start >= count || request.count > count - request.start) return EINVAL;
    return takes_files ? assign(request, std::move(files)) : perform(request, booleans);
}

int InterruptSignals::assign(const SetIrqs& request, std::vector<FileDescriptor> files) {
    if (request.action() != SetIrqs::trigger) return EINVAL;
    if (files.empty()) {
        replace(request.index, {});
        return 0;
    }
    if (files.size() != request.count || !is_event_file(files.front().get())) return EINVAL;
    replace(request.index, std::move(files.front()));
    return 0;
}

int InterruptSignals::perform(const SetIrqs& request, std::span<const std::byte> booleans) {
    const bool is_conditional = request.data() == SetIrqs::data_bool;
    if (is_conditional && booleans.size() != request.count) return EINVAL;
    if (request.action() != SetIrqs::trigger && request.index != vfio_user::intx_irq) return EINVAL;
    if (is_conditional && booleans.front() == std::byte{0}) return 0;
    if (request.action() == SetIrqs::trigger) {
        signal(request.index);
    } else {
        is_masked_ = request.action() == SetIrqs::mask;
        is_due_ = !is_masked_;
    }
    return 0;
}

void InterruptSignals::replace(std::uint32_t index, FileDescriptor file) {
    event_files_[index] = std::move(file);
    if (index != vfio_user::intx_irq) return;
    is_masked_ = false;
    is_due_ = static_cast<bool>(event_files_[index]);
}

bool InterruptSignals::line_is_due() { return std::exchange(is_due_, false); }

void InterruptSignals::signal_line(bool is_asserted) {
    if (!is_asserted || is_masked_ || !event_files_[vfio_user::intx_irq]) return;
    is_masked_ = true;
    signal(vfio_user::intx_irq);
}

void InterruptSignals::signal_message(unsigned vector) {
    if (vector < counts[vfio_user::msi_irq]) signal(vfio_user::msi_irq);
}

void InterruptSignals::signal(std::uint32_t index) {
    const FileDescriptor& file = event_files_[index];
    if (file) signaller_.signal(file.get());
}

}  // namespace ghostcard::remote
