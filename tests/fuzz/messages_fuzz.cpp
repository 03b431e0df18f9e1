// SPDX-License-Identifier: MIT
// One message as it might come from a socket: every decoder has to take it or leave it, and what it takes is what is
// encoded again.
#include <ghostcard/remote/vfio_user/header.h>
#include <ghostcard/remote/vfio_user/irqs.h>
#include <ghostcard/remote/vfio_user/messages.h>
#include <ghostcard/remote/vfio_user/version.h>

#include <algorithm>
#include <variant>

#include "tests/fuzz/fuzz_input.h"

namespace {

using namespace ghostcard::remote::vfio_user;
using ghostcard::fuzz::require;

bool begins_with(std::span<const std::byte> bytes, const Buffer& beginning) {
    return bytes.size() >= beginning.size() && std::ranges::equal(bytes.first(beginning.size()), beginning);
}

template <class Body>
void check_body(std::span<const std::byte> payload) {
    const auto body = decode<Body>(payload);
    require(body.has_value() == (payload.size() >= wire_size<Body>()), "a payload is whole or nothing");
    if (!body) return;
    Buffer again;
    append(again, *body);
    require(begins_with(payload, again), "a body is encoded as it was decoded");
}

template <class Access>
void check_data(std::span<const std::byte> payload) {
    const auto access = decode_with_data<Access>(payload);
    if (access) require(access->data.size() == access->access.count, "an access has as many data as it says");
}

void check_lists(std::span<const std::byte> payload) {
    if (const auto writes = decode_writes(payload)) {
        Buffer again;
        append(again, WriteCount{writes->size()});
        for (const SingleWrite& single : *writes) append(again, single);
        require(std::ranges::equal(payload, again), "writes are encoded as they were decoded");
    }
    if (const auto areas = sparse_areas(payload))
        require(areas->size() <= payload.size() * payload.size(), "areas lie in the message");
}

void check_version(std::span<const std::byte> payload) {
    const auto decoded = decode_version(payload);
    const auto* const version = std::get_if<Version>(&decoded);
    if (version == nullptr) return require(!std::get<std::string>(decoded).empty(), "a refusal has a reason");
    const auto again = decode_version(encode_version(*version));
    require(std::holds_alternative<Version>(again), "a version that was taken can be sent");
    for (const bool twin : {false, true}) {
        const auto answered = answer_version(*version, twin);
        require(std::holds_alternative<Version>(answered) == (version->major == 0), "only major version 0 is spoken");
        if (const auto* const answer = std::get_if<Version>(&answered)) {
            require(header_size + encode_version(*answer).size() <= 214, "QEMU takes no longer answer");
            require(!answer->capabilities.twin_socket || version->capabilities.twin_socket,
                    "nothing unasked is offered");
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ghostcard::fuzz::Input input(data, size);
    const auto front = input.bytes(header_size);
    if (front.size() < header_size) return 0;
    const auto header = decode_header(front.first<header_size>());
    if (header) {
        const Buffer again = MessageWriter(*header).finish();
        const auto decoded = decode_header(std::span(again).first<header_size>());
        require(decoded && decoded->id == header->id && decoded->command == header->command &&
                    decoded->is_reply == header->is_reply && decoded->error == header->error,
                "a header is encoded as it was decoded");
        require(!to_text(header->command).empty(), "every command has a name");
    }
    const auto payload = input.bytes(size);
    check_body<DmaMap>(payload);
    check_body<DmaUnmap>(payload);
    check_body<DeviceInfo>(payload);
    check_body<RegionInfo>(payload);
    check_body<RegionIoFds>(payload);
    check_body<IrqInfo>(payload);
    check_body<SetIrqs>(payload);
    check_data<RegionAccess>(payload);
    check_data<DmaAccess>(payload);
    check_lists(payload);
    check_version(payload);
    return 0;
}
