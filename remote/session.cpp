// SPDX-License-Identifier: MIT
#include "session.h"

#include <fmt/format.h>
#include <ghostcard/remote/vfio_user/irqs.h>
#include <ghostcard/remote/vfio_user/messages.h>
#include <ghostcard/remote/vfio_user/version.h>
#include <spdlog/logger.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <variant>

namespace ghostcard::remote {

using namespace vfio_user;

namespace {

/// The longest fixed part of a payload; more than max_data_xfer_size of data follows none.
constexpr std::uint32_t largest_fixed_payload = wire_size<DmaMap>();

std::size_t index_of(Channel channel) { return static_cast<std::size_t>(channel); }

}  // namespace

Session::Session(Device& device, EventSignaller& signaller, spdlog::logger& log, const ServerLimits& limits,
                 Instant now, TwinMaker make_twin)
    : device_(device),
      log_(log),
      limits_(limits),
      make_twin_(std::move(make_twin)),
      since_(now),
      now_(now),
      memory_(queue_),
      interrupts_(signaller) {}

std::uint32_t Session::largest_message() const {
    if (!is_negotiated_) return largest_version_message;
    return static_cast<std::uint32_t>(header_size) + largest_fixed_payload + default_max_data_xfer_size;
}

void Session::handle(Channel channel, Message message) {
    if (!reason_to_end_.empty()) return;
    const bool is_expected_here = (channel == Channel::twin) == has_twin_;
    if (message.header.is_reply) {
        end(is_expected_here ? queue_.answer(message.header, message.payload) : "a reply on the wrong socket");
        return;
    }
    if (channel == Channel::twin) return end("a command on the socket for the server's commands");
    reply(message.header, perform(message));
}

Outcome Session::perform(Message& message) {
    if (message.header.command == Command::version && !is_negotiated_) return negotiate(message);
    if (is_negotiated_) return perform_after_version(message);
    end(fmt::format("{} before VERSION", to_text(message.header.command)));
    return Outcome::failed(EINVAL);
}

Outcome Session::perform_after_version(Message& message) {
    const std::span<const std::byte> payload = message.payload;
    switch (message.header.command) {
        case Command::dma_map: return map(message);
        case Command::dma_unmap: return unmap(message);
        case Command::device_get_info: return get_info(payload);
        case Command::device_get_region_info: return get_region_info(device_, payload);
        case Command::device_get_region_io_fds: return get_region_io_fds(payload);
        case Command::device_get_irq_info: return get_irq_info(payload);
        case Command::device_set_irqs: return set_irqs(message);
        case Command::region_read: return read_region(device_, payload, max_data_xfer_size_);
        case Command::region_write: return write_region(device_, payload, max_data_xfer_size_);
        case Command::region_write_multi: return write_region_multi(device_, payload);
        case Command::device_reset: device_.reset(); return {};
        case Command::device_feature:
        case Command::mig_data_read:
        case Command::mig_data_write: return Outcome::failed(ENOTSUP);
        case Command::version:  // a second time; and the next two are the server's
        case Command::dma_read:
        case Command::dma_write: break;
    }
    return Outcome::failed(EINVAL);
}

Outcome Session::negotiate(const Message& message) {
    const auto refused = [this](const std::string& why) {
        end(why);
        return Outcome::failed(EINVAL);
    };
    const auto proposed = decode_version(message.payload);
    if (const auto* const error = std::get_if<std::string>(&proposed)) return refused(*error);
    const auto& client = std::get<Version>(proposed);
    FileDescriptor twin = client.capabilities.twin_socket && client.major == 0 ? make_twin_() : FileDescriptor();
    const auto answered = answer_version(client, static_cast<bool>(twin));
    if (const auto* const error = std::get_if<std::string>(&answered)) return refused(*error);

    const auto& capabilities = std::get<Version>(answered).capabilities;
    max_data_xfer_size_ = capabilities.max_data_xfer_size.value_or(default_max_data_xfer_size);
    is_negotiated_ = true;
    Outcome outcome;
    outcome.payload = encode_version(std::get<Version>(answered));
    if (twin) {
        has_twin_ = true;
        outcome.files.push_back(std::move(twin));
    }
    device_.client_attached(memory_);
    return outcome;
}

Outcome Session::map(Message& message) {
    const auto request = decode<DmaMap>(message.payload);
    if (!request || request->argsz < wire_size<DmaMap>() || message.files.size() > 1) return Outcome::failed(EINVAL);
    FileDescriptor file = message.files.empty() ? FileDescriptor() : std::move(message.files.front());
    if (const int error = memory_.map(*request, std::move(file))) return Outcome::failed(error);
    device_.translation_changed(*BusRange::of({request->address}, request->size));
    return {};
}

Outcome Session::unmap(const Message& message) {
    const auto request = decode<DmaUnmap>(message.payload);
    if (!request || request->argsz < wire_size<DmaUnmap>() || (request->flags & ~DmaUnmap::all) != 0)
        return Outcome::failed(EINVAL);
    if (request->flags == DmaUnmap::all) return unmap_all(*request);
    const auto range = BusRange::of({request->address}, request->size);
    if (!range) return Outcome::failed(EINVAL);
    if (!memory_.is_mapped(*range)) return Outcome::failed(ENOENT);
    device_.translation_changing();
    send_dma(true, now_);
    if (const int error = memory_.unmap(*range)) return Outcome::failed(error);
    device_.translation_changed(*range);
    return Outcome::with(*request);
}

Outcome Session::unmap_all(const DmaUnmap& request) {
    if (request.address != 0 || request.size != 0) return Outcome::failed(EINVAL);
    device_.translation_changing();
    send_dma(true, now_);
    const std::vector<BusRange> gone = memory_.maps();
    memory_.unmap_all();
    for (const BusRange range : gone) device_.translation_changed(range);
    return Outcome::with(request);
}

Outcome Session::set_irqs(Message& message) {
    const auto request = decode<SetIrqs>(message.payload);
    if (!request || request->argsz < wire_size<SetIrqs>() || request->argsz > message.payload.size())
        return Outcome::failed(EINVAL);
    const auto booleans = std::span<const std::byte>(message.payload).first(request->argsz);
    const int error = interrupts_.set(*request, booleans.subspan(wire_size<SetIrqs>()), std::move(message.files));
    if (interrupts_.line_is_due()) raise_line();
    return error != 0 ? Outcome::failed(error) : Outcome();
}

void Session::reply(const Header& command, Outcome outcome) {
    if (outcome.error != 0)
        log_.debug("{} {}: {}", to_text(command.command), command.no_reply ? "is lost" : "fails",
                   std::strerror(outcome.error));
    if (command.no_reply) return;
    if (outcome.error != 0) return push(Channel::main, {error_reply(command, outcome.error), {}});
    push(Channel::main, {MessageWriter(reply_header(command)).put(std::span<const std::byte>(outcome.payload)).finish(),
                         std::move(outcome.files)});
}

void Session::flush(Instant now) {
    now_ = now;
    if (!reason_to_end_.empty()) return;
    send_dma(false, now);
    if (!queue_.has_unsent()) memory_.forget_shadows();
    signal();
    if (queue_.refused() > std::exchange(refused_dma_, queue_.refused()))
        log_.warn("the client has refused DMA, {} times by now", refused_dma_);
    if (memory_.lost_bytes() > std::exchange(lost_bytes_, memory_.lost_bytes()))
        log_.warn("the client's file has not taken what the device wrote, {} bytes by now", lost_bytes_);
}

void Session::send_dma(bool urgent, Instant now) {
    while (const auto request = queue_.next(max_data_xfer_size_, urgent, now)) {
        const Command command = request->is_write ? Command::dma_write : Command::dma_read;
        MessageWriter message(command_header(request->id, command));
        message.put(DmaAccess{request->range.base().value, request->range.size()});
        if (request->is_write) message.put(memory_.outgoing(request->range));
        push(has_twin_ ? Channel::twin : Channel::main, {message.finish(), {}});
        if (!reason_to_end_.empty()) return;
    }
}

void Session::signal() {
    while (!held_.empty() && queue_.is_done(held_.front().mark)) {
        const Held held = held_.front();
        held_.pop_front();
        if (held.vector)
            interrupts_.signal_message(*held.vector);
        else
            interrupts_.signal_line(device_.line_asserted());
    }
}

void Session::hold(std::optional<unsigned> vector) {
    const Held held{queue_.mark(), vector};
    const bool is_known = std::ranges::any_of(
        held_, [&held](const Held& other) { return other.mark == held.mark && other.vector == held.vector; });
    if (!is_known) held_.push_back(held);
}

void Session::raise_line() { hold(std::nullopt); }
void Session::raise_message(unsigned vector) { hold(vector); }

void Session::check_time(Instant now) {
    now_ = now;
    const auto limit = next_check();
    if (limit && now >= *limit)
        end(is_negotiated_ ? "it does not answer DMA" : "it does not say which version it speaks");
}

std::optional<Session::Instant> Session::next_check() const {
    if (!reason_to_end_.empty()) return std::nullopt;
    if (!is_negotiated_) return since_ + limits_.version;
    const auto waiting_since = queue_.waiting_since();
    return waiting_since ? std::optional(*waiting_since + limits_.dma_answer) : std::nullopt;
}

Outgoing* Session::next_outgoing(Channel channel) {
    auto& outgoing = outgoing_[index_of(channel)];
    return outgoing.empty() ? nullptr : &outgoing.front();
}

void Session::sent(Channel channel) {
    auto& outgoing = outgoing_[index_of(channel)];
    outgoing_bytes_ -= outgoing.front().bytes.size();
    outgoing.pop_front();
}

void Session::push(Channel channel, Outgoing outgoing) {
    outgoing_bytes_ += outgoing.bytes.size();
    outgoing_[index_of(channel)].push_back(std::move(outgoing));
    if (outgoing_bytes_ > limits_.unread) end("it does not read what it is sent");
}

void Session::end(std::string reason) {
    if (reason_to_end_.empty()) reason_to_end_ = std::move(reason);
}

void Session::close() {
    if (is_negotiated_) device_.client_gone();
    queue_.give_up();
}

}  // namespace ghostcard::remote
