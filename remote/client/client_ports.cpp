// SPDX-License-Identifier: MIT
#include <ghostcard/base/little_endian.h>
#include <ghostcard/remote/client_ports.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace ghostcard::remote {

using std::chrono::steady_clock;

namespace {

FileDescriptor make_eventfd() {
    FileDescriptor made(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!made) throw std::system_error(errno, std::generic_category(), "eventfd");
    return made;
}

}  // namespace

// ---- registers ------------------------------------------------------------------------------------------------------

std::uint32_t RegionWindow::read(std::uint32_t offset) {
    std::array<std::byte, 4> word{};
    client_.read(region_, offset, word);
    return static_cast<std::uint32_t>(load_little_endian(word));
}

void RegionWindow::write(std::uint32_t offset, std::uint32_t value) {
    std::array<std::byte, 4> word{};
    store_little_endian(value, word);
    client_.write(region_, offset, word);
}

// ---- time and interrupts --------------------------------------------------------------------------------------------

ClientCpu::ClientCpu(Client& client)
    : client_(client), line_{vfio_user::intx_irq, make_eventfd()}, messages_{vfio_user::msi_irq, make_eventfd()} {}

Duration ClientCpu::now() const { return std::chrono::duration_cast<Duration>(steady_clock::now() - begin_); }

void ClientCpu::stall(Duration duration) {
    const auto until = steady_clock::now() + std::chrono::ceil<std::chrono::nanoseconds>(duration);
    for (auto left = until - steady_clock::now(); left > left.zero(); left = until - steady_clock::now())
        dispatch(left);
}

bool ClientCpu::wait_until(const std::function<bool()>& done, std::chrono::milliseconds longest) {
    const auto until = steady_clock::now() + longest;
    while (!done()) {
        const auto left = until - steady_clock::now();
        if (left <= left.zero()) return false;
        dispatch(left);
    }
    return true;
}

void ClientCpu::connect(InterruptHandler& handler) {
    handler_ = &handler;
    source_ = std::exchange(wants_messages_, false) ? &messages_ : &line_;
    client_.signal(source_->index, source_->eventfd.get());
}

void ClientCpu::disconnect() {
    if (source_ != nullptr) client_.signal(source_->index, -1);
    source_ = nullptr;
    handler_ = nullptr;
    deferred_queued_ = false;
}

std::optional<InterruptMessage> ClientCpu::message() {
    if (client_.interrupts(messages_.index) == 0) return std::nullopt;
    wants_messages_ = true;
    return InterruptMessage{0xfee0'0000, 0x0041};
}

/// Waits for an interrupt, but no longer than that, and handles it; what the server asks meanwhile is answered.
void ClientCpu::dispatch(std::chrono::nanoseconds longest) {
    if (client_.has_unread()) client_.answer_requests();
    std::array<pollfd, 2> waiting{pollfd{client_.descriptor(), POLLIN, 0},
                                  pollfd{source_ != nullptr ? source_->eventfd.get() : -1, POLLIN, 0}};
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(longest);
    const timespec timeout{seconds.count(), (longest - seconds).count()};
    if (ppoll(waiting.data(), waiting.size(), &timeout, nullptr) <= 0) return;
    if (waiting[0].revents != 0) client_.answer_requests();
    if (waiting[1].revents != 0 && !in_handler_) service();
}

void ClientCpu::service() {
    std::uint64_t count = 0;
    if (::read(source_->eventfd.get(), &count, sizeof count) < 0) return;
    ++interrupts_;
    in_handler_ = true;
    handler_->interrupt();
    if (source_ == &line_) client_.unmask_line();
    while (handler_ != nullptr && std::exchange(deferred_queued_, false)) handler_->deferred();
    in_handler_ = false;
}

}  // namespace ghostcard::remote
