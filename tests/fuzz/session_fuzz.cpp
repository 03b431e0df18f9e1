// SPDX-License-Identifier: MIT
// A client and a device that do what the input says, step by step; seeds.py writes the same format. Each step is a
// byte, whose lowest three bits say what it is, and what that takes.
#include <ghostcard/remote/vfio_user/messages.h>
#include <spdlog/logger.h>

#include <chrono>
#include <deque>
#include <utility>
#include <vector>

#include "remote/session.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/remote/fake_device.h"
#include "tests/remote/files.h"

namespace {

using namespace ghostcard;
using namespace ghostcard::remote;
using fuzz::Input;
using fuzz::require;
using vfio_user::Buffer;
using vfio_user::Command;
using vfio_user::Header;

constexpr std::uint64_t longest_dma = 1 << 16;

/// One of each kind that a client might pass.
FileDescriptor file_of_kind(std::uint64_t kind) {
    static const FileDescriptor shared = tests::memory_file(1 << 20);
    static const FileDescriptor shrinkable = tests::memory_file(1 << 20, F_SEAL_GROW);
    static const FileDescriptor event = tests::event_file();
    static const FileDescriptor other = tests::checked(open("/dev/null", O_RDWR | O_CLOEXEC));
    switch (kind % 4) {
        case 0: return tests::copy_of(shared);
        case 1: return tests::copy_of(shrinkable);
        case 2: return tests::copy_of(event);
        default: return tests::copy_of(other);
    }
}

/// The kernel takes its time to end one.
EventSignaller& signaller() {
    static EventSignaller of_all;
    return of_all;
}

class Run {
public:
    void step(Input& input) {
        const std::uint64_t step = input.number(1);
        switch (step & 7) {
            case 0:
            case 1:
            case 2: give_message(input, step, Channel::main); break;
            case 3: answer(input, step); break;
            case 4: write(input); break;
            case 5: interrupt(step); break;
            case 6: now_ += std::chrono::milliseconds(step * 8), session_.check_time(now_); break;
            default: give_message(input, step, (step & 64) != 0 ? Channel::twin : Channel::main); break;
        }
        session_.flush(now_);
        take_outgoing();
    }
    /// A client that answers all it is asked gets all there is.
    void finish() {
        while (session_.reason_to_end().empty() && !asked_.empty()) {
            answer_next(false);
            session_.flush(now_);
            take_outgoing();
        }
        if (session_.reason_to_end().empty()) require(session_.is_settled(), "all answered is settled");
        session_.close();
        require(session_.is_settled(), "nothing is expected of who has gone");
        require(device_.memory == nullptr, "a device knows that its client has gone");
    }
    bool is_over() const { return !session_.reason_to_end().empty(); }

private:
    /// Command, flags, length, payload. Flags: 1 no reply, 2 is itself a reply.
    void give_message(Input& input, std::uint64_t step, Channel channel) {
        Header header = vfio_user::command_header(next_id_++, static_cast<Command>(input.number(1)));
        const std::uint64_t flags = input.number(1);
        header.no_reply = (flags & 1) != 0;
        header.is_reply = (flags & 2) != 0;
        header.is_error = (flags & 4) != 0;
        const auto payload = input.bytes(input.number(2));
        header.size = static_cast<std::uint32_t>(vfio_user::header_size + payload.size());
        std::vector<FileDescriptor> files;
        for (std::uint64_t i = step >> 3 & 3; i > 0; --i) files.push_back(file_of_kind(step >> 5));
        const bool is_to_be_answered = !header.no_reply && !header.is_reply && channel == Channel::main && !is_over();
        session_.handle(channel, Message{header, Buffer(payload.begin(), payload.end()), std::move(files)});
        if (is_to_be_answered) expected_.push_back(header);
    }
    void answer(Input& input, std::uint64_t step) {
        if (asked_.empty()) return;
        if ((step & 16) != 0) std::swap(asked_.front(), asked_[input.number(1) % asked_.size()]);
        answer_next((step & 8) != 0);
    }
    void answer_next(bool with_error) {
        const auto [channel, request, access] = asked_.front();
        asked_.pop_front();
        Header header = vfio_user::reply_header(request);
        header.is_error = with_error;
        Buffer payload;
        if (request.command == Command::dma_read && !with_error) {
            append(payload, access);
            payload.resize(payload.size() + access.count);
        }
        session_.handle(channel, Message{header, std::move(payload), {}});
    }
    void write(Input& input) {
        const std::uint64_t address = input.number(3) << 8 | input.number(1);
        const std::uint64_t count = 1 + input.number(2) % longest_dma;
        const auto range = *BusRange::of({address}, count);
        if (device_.memory == nullptr) return;
        if ((address & 1) != 0)
            device_.memory->read(range, [](std::span<const std::byte>) {});
        else
            require(device_.dma_write(address, count, std::byte{1}) == device_.memory->covers(range, true),
                    "what is covered can be written");
    }
    void interrupt(std::uint64_t step) {
        device_.line = (step & 8) != 0;
        if ((step & 16) != 0) session_.raise_line();
        if ((step & 32) != 0) session_.raise_message(static_cast<unsigned>(step >> 6));
    }
    void take_outgoing() {
        for (const Channel channel : {Channel::main, Channel::twin})
            for (; const Outgoing* const next = session_.next_outgoing(channel); session_.sent(channel)) {
                const auto header = vfio_user::decode_header(std::span(next->bytes).first<vfio_user::header_size>());
                require(header && header->size == next->bytes.size(), "what is sent is a message");
                if (header->is_reply)
                    check_reply(channel, *header);
                else
                    take_request(channel, *header, std::span(next->bytes).subspan(vfio_user::header_size));
            }
        require(expected_.empty() || is_over(), "every command is answered");
    }
    void check_reply(Channel channel, const Header& header) {
        require(channel == Channel::main && !expected_.empty(), "only what wants an answer gets one");
        require(header.id == expected_.front().id && header.command == expected_.front().command,
                "answers come in the order of the commands");
        require(!header.is_error || header.size == vfio_user::header_size, "an error has no payload");
        expected_.pop_front();
    }
    void take_request(Channel channel, const Header& header, std::span<const std::byte> payload) {
        const auto access = vfio_user::decode<vfio_user::DmaAccess>(payload);
        require(access.has_value(), "the server asks for DMA only");
        const bool is_write = header.command == Command::dma_write;
        require(payload.size() == 16 + (is_write ? access->count : 0), "a DMA_WRITE has its data");
        asked_.push_back({channel, header, *access});
    }

    struct Asked {
        Channel channel;
        Header header;
        vfio_user::DmaAccess access;
    };

    tests::FakeDevice device_;
    spdlog::logger log_{"fuzz"};
    std::chrono::steady_clock::time_point now_{};
    std::uint16_t next_id_ = 1;
    std::deque<Header> expected_;
    std::deque<Asked> asked_;
    Session session_{device_, signaller(), log_, ServerLimits{}, now_, [] { return file_of_kind(2); }};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    Run run;
    while (!input.empty() && !run.is_over()) run.step(input);
    run.finish();
    return 0;
}
